#include <algorithm>

#include "encode-parts.h"

namespace floe {

EncodeJob::EncodeJob(const Engine& e, const Shape& s, const u8* b, u64 bytes, u8* o, bool systematicInBlob, u8* x)
    : engine(e), shape(s), symbol(s.symbolBytes(bytes)), blob(b), blobBytes(bytes), out(o), places(s, symbol, systematicInBlob), exchange(x) {}

size_t exchangeBytes(size_t shards, unsigned parts) { return shards * digestBytes * (1 + parts); }

Extension extensionOf(const EncodeJob& job) {
  const Shape& shape = job.shape;
  if (shape.columns == shape.shards) return {nullptr, 0, shape.columns};
  if (job.out != nullptr) {
    const size_t first = job.places.data(Axis::secondary, shape.columns);
    return {job.out + first, job.places.data(Axis::secondary, 1) - job.places.data(Axis::secondary, 0), shape.columns};
  }
  const size_t stride = shape.rows * job.symbol;
  return {Scratch::ofThread().extension.atLeast((shape.shards - shape.columns) * stride), stride, shape.columns};
}

SourceRows::SourceRows(const EncodeJob& job) : blob_(job.blob), rowBytes_(job.rowBytes()), used_(job.usedRows()) {
  direct_ = job.blobBytes < slackBytes ? 0 : std::min<size_t>(used_, (job.blobBytes - slackBytes) / rowBytes_);
  if (direct_ == used_) return;
  copy_ = Scratch::ofThread().rows.atLeast((used_ - direct_) * rowBytes_);
  const size_t rest = static_cast<size_t>(job.blobBytes - u64{direct_} * rowBytes_);
  if (rest > 0) std::memcpy(copy_, job.blob + u64{direct_} * rowBytes_, rest);
  std::memset(copy_ + rest, 0, (used_ - direct_) * rowBytes_ - rest);
}

size_t groupSize(const EncodeJob& job, size_t positions) {
  constexpr size_t cacheBytes = 320u << 10;
  const size_t together = membersPerStrip(job.symbol), one = positions * job.symbol;
  return std::max<size_t>(1, cacheBytes / (one * together)) * together;
}

Range columnsOfPart(size_t shards, unsigned part, unsigned parts) {
  const size_t width = (size_t{1} << treeLevels(shards)) / parts;
  return {std::min(shards, width * part), std::min(shards, width * (part + 1))};
}

void checkParts(size_t shards, unsigned part, unsigned parts) {
  if (parts < 1 || parts > partsMax || !std::has_single_bit(parts) || part >= parts) throw Refused("parts must be a power of two up to 64");
  if (parts > 1 && parts > shards / 2) throw Refused("too many parts for so few shards");
}

void encodeRows(const EncodeJob& job, unsigned part, unsigned parts, const Poll& poll) {
  const Shape& shape = job.shape;
  checkParts(shape.shards, part, parts);
  ScratchLease lease;
  const size_t L = job.symbol, rowBytes = job.rowBytes(), extra = shape.shards - shape.columns;
  const SourceRows source(job);
  const Extension extension = extensionOf(job);
  const Range mine{shape.rows * part / parts, shape.rows * (part + 1) / parts};

  if (job.out != nullptr)
    for (size_t r = std::max(mine.from, job.places.firstPrimary); r < mine.to; r++) {
      job.places.frame(job.out, Axis::primary, r);
      u8* const data = job.out + job.places.data(Axis::primary, r);
      if (r < source.used()) std::memcpy(data, source.row(r), rowBytes);
      else std::memset(data, 0, rowBytes);
      if (r % 16 == 0 || rowBytes > (1u << 20)) poll();
    }
  if (extra == 0) return;

  const size_t group = groupSize(job, shape.shards);
  const size_t pitch = group * L;
  u8* const parity = lease.scratch.columns.atLeast(extra * pitch);
  u8* const strips = lease.scratch.strips.atLeast(shape.ofRows.encodeBytes());
  const size_t usedEnd = std::min(mine.to, source.used());
  for (size_t r = mine.from; r < usedEnd;) {
    const size_t count = std::min({group, usedEnd - r, source.runEnd(r) - r});
    const auto in = stripShapes(L, count, rowBytes), out = stripShapes(L, count, L);
    for (size_t i = 0; i < in.size(); i++) {
      encodeStrip(job.engine, shape.ofRows, in[i], {source.row(r), L}, shape.columns, out[i], {parity, pitch}, strips);
      poll();
    }
    for (size_t j = 0; j < extra; j++)
      copySymbol(extension.column(shape.columns + j) + r * L, parity + j * pitch, count * L);
    r += count;
    poll();
  }
  const size_t zeroFrom = std::max(mine.from, usedEnd);
  if (zeroFrom < mine.to && job.out != nullptr)
    for (size_t j = shape.columns; j < shape.shards; j++)
      std::memset(extension.column(j) + zeroFrom * L, 0, (mine.to - zeroFrom) * L);
}

}  // namespace floe
