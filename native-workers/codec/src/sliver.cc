#include "sliver.h"

#include <algorithm>

namespace floe {

namespace {

std::vector<u32> indices(const std::vector<SliverIn>& slivers) {
  std::vector<u32> all;
  for (const SliverIn& sliver : slivers) all.push_back(sliver.index);
  return all;
}

// The expanded sliver in scratch, where vectors may pass its ends.
u8* expanded(const Engine& engine, const Shape& shape, Axis axis, const u8* data, size_t symbolBytes, Scratch& scratch) {
  const Code& code = shape.code(axis);
  const size_t stored = shape.stored(axis) * symbolBytes;
  u8* const all = scratch.columns.atLeast(shape.shards * symbolBytes);
  std::memcpy(all, data, stored);
  if (code.recovery == 0) return all;
  u8* const strips = scratch.strips.atLeast(code.encodeBytes());
  for (const PlacedShape& strip : stripShapes(symbolBytes, 1, symbolBytes))
    encodeStrip(engine, code, strip, {all, symbolBytes}, code.originals, strip, {all + stored, symbolBytes}, strips);
  return all;
}

// Writes at most what is left of the blob.
struct BlobOut {
  u8* out;
  u64 bytes;
  void put(u64 at, const u8* from, size_t count) const {
    // A row may lie there already.
    if (at < bytes && out + at != from) std::memcpy(out + at, from, static_cast<size_t>(std::min<u64>(count, bytes - at)));
  }
};

}  // namespace

void expandSliver(const Engine& engine, const Shape& shape, Axis axis, const u8* data, size_t symbolBytes, u8* out) {
  ScratchLease lease;
  std::memcpy(out, expanded(engine, shape, axis, data, symbolBytes, lease.scratch), shape.shards * symbolBytes);
}

void sliverHash(const Engine& engine, const Shape& shape, Axis axis, const u8* data, size_t symbolBytes, u8* digest) {
  ScratchLease lease;
  Tree(engine, expanded(engine, shape, axis, data, symbolBytes, lease.scratch), symbolBytes, shape.shards).root(digest);
}

void symbolProof(const Engine& engine, const Shape& shape, Axis axis, const u8* data, size_t symbolBytes, size_t index, u8* siblings) {
  ScratchLease lease;
  Tree(engine, expanded(engine, shape, axis, data, symbolBytes, lease.scratch), symbolBytes, shape.shards).proof(index, siblings);
}

void recoverSliver(const Engine& engine, const Shape& shape, Axis axis, size_t symbolBytes, const std::vector<SliverIn>& symbols, u8* out) {
  ScratchLease lease;
  const Erasures erasures(shape.code(axis), indices(symbols));
  const size_t L = symbolBytes, count = symbols.size();
  for (const SliverIn& symbol : symbols)
    if (symbol.index < shape.stored(axis)) std::memcpy(out + symbol.index * L, symbol.data, L);
  if (erasures.complete()) return;
  u8* const known = lease.scratch.columns.atLeast(count * L);
  u8* const found = lease.scratch.rows.atLeast(erasures.missing().size() * L);
  u8* const strip = lease.scratch.strips.atLeast(erasures.stripBytes());
  for (size_t i = 0; i < count; i++) std::memcpy(known + i * L, symbols[i].data, L);
  for (const PlacedShape& shapeOfStrip : stripShapes(L, 1, L))
    erasures.decodeStrip(engine, shapeOfStrip, {known, L}, shapeOfStrip, {found, L}, strip);
  for (size_t i = 0; i < erasures.missing().size(); i++) std::memcpy(out + erasures.missing()[i] * L, found + i * L, L);
}

// From primary slivers, groups of columns are decoded; from secondary ones, groups of rows. Along a group's codewords, symbol i of member c is at
// slivers[i].data + (first + c) * L, so a group is one contiguous piece of every sliver.
void decodeBlob(const Engine& engine, const Shape& shape, u64 blobBytes, Axis axis, const std::vector<SliverIn>& slivers, u8* out,
                const Poll& poll) {
  ScratchLease lease;
  const size_t L = shape.symbolBytes(blobBytes), rowBytes = shape.columns * L;
  const BlobOut blob{out, blobBytes};
  const bool primary = axis == Axis::primary;
  // The codewords across primary slivers are columns.
  const Erasures erasures(primary ? shape.ofColumns : shape.ofRows, indices(slivers));
  const std::vector<u32>& missing = erasures.missing();
  const size_t usedRows = static_cast<size_t>((blobBytes + rowBytes - 1) / rowBytes);
  const size_t codewords = primary ? shape.columns : usedRows;
  const auto put = [&](size_t crossing, size_t first, size_t count, const u8* symbols) {
    if (primary) blob.put(u64{crossing} * rowBytes + first * L, symbols, count * L);
    else for (size_t c = 0; c < count; c++) blob.put(u64{first + c} * rowBytes + crossing * L, symbols + c * L, L);
  };
  if (primary)
    for (const SliverIn& sliver : slivers)
      if (sliver.index < shape.rows) put(sliver.index, 0, shape.columns, sliver.data);
  if (primary && erasures.complete()) return;

  constexpr size_t cacheBytes = 256u << 10;
  const size_t together = membersPerStrip(L);
  const size_t group = std::max<size_t>(1, cacheBytes / (slivers.size() * L * together)) * together, pitch = group * L;
  u8* const known = lease.scratch.columns.atLeast(slivers.size() * pitch);
  u8* const found = lease.scratch.rows.atLeast(std::max<size_t>(1, missing.size()) * pitch);
  u8* const strip = lease.scratch.strips.atLeast(erasures.stripBytes());
  for (size_t first = 0; first < codewords; first += group) {
    const size_t count = std::min(group, codewords - first);
    for (size_t i = 0; i < slivers.size(); i++) {
      const u8* const symbols = slivers[i].data + first * L;
      if (!primary && slivers[i].index < shape.columns) put(slivers[i].index, first, count, symbols);
      if (!erasures.complete()) std::memcpy(known + i * pitch, symbols, count * L);
    }
    if (!erasures.complete())
      for (const PlacedShape& shapeOfStrip : stripShapes(L, count, L)) {
        erasures.decodeStrip(engine, shapeOfStrip, {known, pitch}, shapeOfStrip, {found, pitch}, strip);
        poll();
      }
    for (size_t i = 0; i < missing.size(); i++) put(missing[i], first, count, found + i * pitch);
    poll();
  }
}

}  // namespace floe
