// Sizes of an encoded blob and the places of its slivers (walrus-protocol sections 1.1-1.3 and 2.3). The arrangement in the caller's buffer is that
// of sliver-layout.ts: primaries in index order (without those that are views of the blob, if so wished), then secondaries in index order.
#pragma once

#include <stdexcept>
#include <string>

#include "reed-solomon.h"

namespace floe {

// Input that no correct caller could have meant, or a size beyond this codec.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The caller took the work back.
struct Cancelled : std::runtime_error {
  Cancelled() : std::runtime_error("cancelled") {}
};

enum class Axis { primary, secondary };

struct Shape {
  size_t shards;   // n
  size_t rows;     // p: source symbols of a column
  size_t columns;  // s: source symbols of a row
  Code ofRows;     // s -> n
  Code ofColumns;  // p -> n

  static Shape of(size_t shards);

  size_t symbolBytes(u64 blobBytes) const;
  u64 blobBytesMax() const { return u64{rows} * columns * 65534; }
  // Symbols that a sliver stores, and the code that extends it to n.
  size_t stored(Axis axis) const { return axis == Axis::primary ? columns : rows; }
  const Code& code(Axis axis) const { return axis == Axis::primary ? ofRows : ofColumns; }
};

// Slivers in BCS form: ULEB128 length, data, symbol size u16, index u16.
struct Places {
  Places(const Shape&, size_t symbolBytes, bool systematicInBlob);
  u64 bytes() const { return total_; }
  // First byte of a sliver's data; primaries below `firstPrimary` have no place.
  size_t data(Axis axis, size_t index) const {
    return axis == Axis::primary ? (index - firstPrimary) * body_[0] + header_[0]
                                 : secondaries_ + index * body_[1] + header_[1];
  }
  // Writes everything of the sliver except its data.
  void frame(u8* out, Axis axis, size_t index) const;
  size_t firstPrimary;

 private:
  size_t dataBytes_[2], header_[2], body_[2];
  size_t secondaries_;
  u64 total_;
  u16 symbol_;
};

}  // namespace floe
