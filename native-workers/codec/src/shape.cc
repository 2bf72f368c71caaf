#include "shape.h"

namespace floe {

Shape Shape::of(size_t shards) {
  if (shards < 1 || shards > 65535) throw Refused("a number of shards between 1 and 65535 is needed");
  const size_t faulty = (shards - 1) / 3;
  Shape shape{shards, shards - 2 * faulty, shards - faulty, {}, {}};
  shape.ofRows = Code::of(shape.columns, shards - shape.columns);
  shape.ofColumns = Code::of(shape.rows, shards - shape.rows);
  if (!shape.ofRows.fits() || !shape.ofColumns.fits()) throw Refused("so many shards are beyond the code's field");
  return shape;
}

size_t Shape::symbolBytes(u64 blobBytes) const {
  if (blobBytes > blobBytesMax()) throw Refused("the blob is larger than so many shards can hold");
  const u64 matrix = u64{rows} * columns;
  const u64 least = ((blobBytes == 0 ? 1 : blobBytes) + matrix - 1) / matrix;
  return static_cast<size_t>(least + least % 2);
}

namespace {
size_t ulebBytes(size_t value) {
  size_t bytes = 1;
  for (; value >= 128; value >>= 7) bytes++;
  return bytes;
}
}  // namespace

Places::Places(const Shape& shape, size_t symbolBytes, bool systematicInBlob)
    : firstPrimary(systematicInBlob ? shape.rows : 0), symbol_(static_cast<u16>(symbolBytes)) {
  for (const Axis axis : {Axis::primary, Axis::secondary}) {
    const int a = static_cast<int>(axis);
    dataBytes_[a] = shape.stored(axis) * symbolBytes;
    header_[a] = ulebBytes(dataBytes_[a]);
    body_[a] = header_[a] + dataBytes_[a] + 4;
  }
  secondaries_ = (shape.shards - firstPrimary) * body_[0];
  total_ = u64{secondaries_} + u64{shape.shards} * body_[1];
}

void Places::frame(u8* out, Axis axis, size_t index) const {
  const int a = static_cast<int>(axis);
  u8* at = out + data(axis, index) - header_[a];
  size_t length = dataBytes_[a];
  for (; length >= 128; length >>= 7) *at++ = static_cast<u8>(length | 128);
  *at++ = static_cast<u8>(length);
  at += dataBytes_[a];
  const u16 tail[2] = {symbol_, static_cast<u16>(index)};
  std::memcpy(at, tail, 4);
}

}  // namespace floe
