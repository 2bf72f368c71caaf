// The Reed-Solomon code of walrus-protocol section 1.6 on strips. A codeword lives on the positions 0, 1, 2, .. of an additive FFT:
//  - low rate:  originals at 0 .. k-1 (then zeros up to m), recovery symbols from m on: the values of one polynomial of degree < m;
//  - high rate: recovery symbols at 0 .. r-1, originals from m on. In every chunk of m positions stands a polynomial of degree < m; the first is
//    the sum of the others.
#pragma once

#include <vector>

#include "engine.h"

namespace floe {

struct Code {
  size_t originals;  // k
  size_t recovery;   // r
  bool highRate;
  size_t chunk;  // m, a power of two

  static Code of(size_t originals, size_t recovery);

  // First position after the codeword's last symbol.
  size_t end() const { return highRate ? chunk + originals : chunk + recovery; }
  size_t originalAt() const { return highRate ? chunk : 0; }
  size_t recoveryAt() const { return highRate ? 0 : chunk; }
  // Whether all positions lie in the field.
  bool fits() const { return end() <= 65536; }
  // Bytes of strip memory that encodeStrip works in.
  size_t encodeBytes() const { return 2 * chunk * rowBytes; }
};

// Symbols of many codewords, `positionStride` apart along the codeword.
struct SymbolsIn {
  const u8* first;
  size_t positionStride;
};
struct SymbolsOut {
  u8* first;
  size_t positionStride;
};

// The shapes of the strips that together hold `members` symbols of `symbolBytes`, `memberStride` apart; `start` is the shape's byte offset.
struct PlacedShape {
  StripShape shape;
  size_t start;
};
std::vector<PlacedShape> stripShapes(size_t symbolBytes, size_t members, size_t memberStride);
// How many symbols' short ends share a strip: group sizes that are multiples of it waste least.
size_t membersPerStrip(size_t symbolBytes);

// Recovery symbols of the codewords in one strip. Originals from `used` on are zero.
void encodeStrip(const Engine&, const Code&, const PlacedShape& in, SymbolsIn originals, size_t used, const PlacedShape& out,
                 SymbolsOut recovery, u8* strips);

// An erasure pattern: which symbols of a codeword are at hand, and the locator's values that turn them into all others.
class Erasures {
 public:
  // `known` are symbol indices (originals first), exactly code.originals of them, distinct and below originals + recovery.
  Erasures(const Code&, const std::vector<u32>& known);

  size_t stripBytes() const { return size_ * rowBytes; }
  bool complete() const { return missing_.empty(); }
  const std::vector<u32>& missing() const { return missing_; }  // original indices, ascending

  // `symbols` holds the known symbols at the positions of their order in `known`; missing originals are written at the positions of their order
  // in missing().
  void decodeStrip(const Engine&, const PlacedShape& in, SymbolsIn symbols, const PlacedShape& out, SymbolsOut originals, u8* strips) const;

 private:
  Code code_;
  size_t size_;  // of the transform
  size_t wanted_ = 0;
  std::vector<size_t> used_;   // of each chunk, where the known positions end
  std::vector<u32> known_;     // positions
  std::vector<u32> missing_;   // original indices
  std::vector<u32> wantedAt_;  // their positions
  std::vector<Factor> enter_;  // by order in known: the locator's value there
  std::vector<Factor> leave_;  // by order in missing: the inverse of the locator's derivative there
};

}  // namespace floe
