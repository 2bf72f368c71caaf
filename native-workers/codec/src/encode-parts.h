// What the phases of an encode share: where source and extended symbols lie, and how work is cut into groups and parts.
#pragma once

#include "encode.h"

namespace floe {

// Where the symbols of extended column j >= s lie: inside secondary sliver j, or in scratch when only metadata is wanted.
struct Extension {
  u8* base;
  size_t stride;
  size_t first;
  u8* column(size_t j) const { return base + (j - first) * stride; }
};
Extension extensionOf(const EncodeJob&);

// Rows of the source matrix, where they lie in the blob; the last ones, where vectors would read past the blob's end, from a zero-padded copy.
class SourceRows {
 public:
  explicit SourceRows(const EncodeJob&);
  const u8* row(size_t r) const { return r < direct_ ? blob_ + u64{r} * rowBytes_ : copy_ + (r - direct_) * rowBytes_; }
  // Rows [r, end) lie one after the other.
  size_t runEnd(size_t r) const { return r < direct_ ? direct_ : used_; }
  size_t used() const { return used_; }

 private:
  const u8* blob_;
  size_t rowBytes_, used_, direct_;
  u8* copy_ = nullptr;
};

// Codewords that are worked on together: few enough for their symbols to stay in the level-2 cache, and a multiple of what fills strips.
size_t groupSize(const EncodeJob&, size_t positions);

struct Range {
  size_t from, to;
};
// Columns split at multiples of a power of two, so that each part ends with one subtree a row.
Range columnsOfPart(size_t shards, unsigned part, unsigned parts);
void checkParts(size_t shards, unsigned part, unsigned parts);

// Tiny copies dominate small symbols: a constant size lets the compiler use one register.
static inline void copySymbol(u8* to, const u8* from, size_t bytes) {
  switch (bytes) {
    case 2: std::memcpy(to, from, 2); return;
    case 4: std::memcpy(to, from, 4); return;
    case 6: std::memcpy(to, from, 6); return;
    case 8: std::memcpy(to, from, 8); return;
    default: std::memcpy(to, from, bytes);
  }
}

}  // namespace floe
