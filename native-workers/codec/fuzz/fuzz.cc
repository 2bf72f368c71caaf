// libFuzzer: arbitrary bytes choose a number of shards, a blob, an engine, a set of slivers and their damage. Nothing may crash, read outside what it
// was given, or be undefined; what is undamaged must come back.
#include <cstdlib>
#include <memory>

#include "../src/gear.h"
#include "../src/sliver.h"

using namespace floe;

namespace {

// Hands out the input byte by byte; zeros behind its end.
class Input {
 public:
  Input(const u8* data, size_t size) : data_(data), size_(size) {}
  u8 byte() { return at_ < size_ ? data_[at_++] : 0; }
  size_t number(size_t below) { return (byte() | byte() << 8 | byte() << 16) % below; }
  std::vector<u8> rest() const { return std::vector<u8>(data_ + at_, data_ + size_); }

 private:
  const u8* data_;
  size_t size_, at_ = 0;
};

void check(bool isTrue) {
  if (!isTrue) std::abort();
}

// Exactly as large as the caller's buffer: the sanitizer sees every byte too far.
std::unique_ptr<u8[]> exact(const std::vector<u8>& bytes) {
  auto copy = std::make_unique<u8[]>(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.get(), bytes.data(), bytes.size());
  return copy;
}

const Engine& engineFrom(Input& input) {
  const EngineList& list = allEngines();
  const Engine* engine = list.engines[input.number(list.count)];
  return engine->usable() ? *engine : plainEngine;
}

void slivers(const Engine& engine, const Shape& shape, Input& input, const u8* out, const Places& places, u64 blobBytes, const u8* blob) {
  const size_t symbol = shape.symbolBytes(blobBytes), n = shape.shards;
  const Axis axis = input.number(2) == 0 ? Axis::primary : Axis::secondary;
  const size_t needed = axis == Axis::primary ? shape.rows : shape.columns, bytes = shape.stored(axis) * symbol;
  const size_t first = input.number(n), step = input.number(2) == 0 ? 1 : n - 1;
  const bool damaged = input.number(2) == 1;
  std::vector<std::unique_ptr<u8[]>> held;
  std::vector<SliverIn> chosen;
  for (size_t i = 0; i < needed; i++) {
    const size_t index = (first + i * step) % n;
    const u8* const data = out + places.data(axis, index);
    held.push_back(exact(std::vector<u8>(data, data + bytes)));
    if (damaged) held.back()[input.number(bytes)] ^= input.byte();
    chosen.push_back({static_cast<u32>(index), held.back().get()});
  }
  auto back = std::make_unique<u8[]>(blobBytes);
  decodeBlob(engine, shape, blobBytes, axis, chosen, back.get(), [] {});
  if (!damaged && blobBytes > 0) check(std::memcmp(back.get(), blob, blobBytes) == 0);

  auto expanded = std::make_unique<u8[]>(n * symbol);
  expandSliver(engine, shape, axis, chosen[0].data, symbol, expanded.get());
  std::vector<SliverIn> symbols;
  for (size_t i = 0; i < shape.stored(axis); i++) {
    const size_t index = (first + i * step) % n;
    symbols.push_back({static_cast<u32>(index), expanded.get() + index * symbol});
  }
  auto recovered = std::make_unique<u8[]>(bytes);
  recoverSliver(engine, shape, axis, symbol, symbols, recovered.get());
  check(std::memcmp(recovered.get(), chosen[0].data, bytes) == 0);
  u8 digest[digestBytes];
  sliverHash(engine, shape, axis, chosen[0].data, symbol, digest);
  auto proof = std::make_unique<u8[]>(treeLevels(n) * digestBytes);
  symbolProof(engine, shape, axis, chosen[0].data, symbol, first, proof.get());
}

void cuts(Input& input, const u8* bytes, size_t count) {
  u64 table[256];
  for (u64& entry : table) entry = input.number(1 << 24) * 0x9E3779B97F4A7C15u;
  const size_t min = 1 + input.number(64), normal = min + input.number(256);
  const GearLimits limits{min, normal, normal + input.number(512)};
  u32 found[64];
  const size_t several = gearCuts(bytes, count, table, limits, input.number(2) == 0, found, 64);
  for (size_t i = 0; i < several; i++) check(found[i] <= count && (i == 0 || found[i] > found[i - 1]));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
  Input input(data, size);
  const Engine& engine = engineFrom(input);
  const Shape shape = Shape::of(1 + input.number(input.number(8) == 0 ? 150 : 20));
  const bool inBlob = input.number(2) == 1;
  unsigned parts = 1u << input.number(3);
  if (parts > 1 && parts > shape.shards / 2) parts = 1;
  const size_t repeats = 1 + input.number(20);
  Input header = input;
  std::vector<u8> once = input.rest(), blobBytes;
  for (size_t i = 0; i < repeats; i++) blobBytes.insert(blobBytes.end(), once.begin(), once.end());
  if (blobBytes.size() > shape.blobBytesMax() || blobBytes.size() > 200000) return -1;
  const auto blob = exact(blobBytes);
  auto exchange = std::make_unique<u8[]>(exchangeBytes(shape.shards, parts));
  EncodeJob job(engine, shape, blob.get(), blobBytes.size(), nullptr, inBlob, exchange.get());
  auto out = std::make_unique<u8[]>(job.places.bytes());
  job.out = out.get();
  for (unsigned part = 0; part < parts; part++) encodeRows(job, part, parts, [] {});
  for (unsigned part = 0; part < parts; part++) encodeColumns(job, part, parts, [] {});
  std::vector<u8> summary(shape.shards * 64 + 64), plain(summary.size());
  encodeFinish(job, parts, summary.data(), summary.data() + shape.shards * 64, summary.data() + shape.shards * 64 + 32);
  if (!inBlob) slivers(engine, shape, header, out.get(), job.places, blobBytes.size(), blob.get());
  cuts(header, blob.get(), blobBytes.size());
  return 0;
}
