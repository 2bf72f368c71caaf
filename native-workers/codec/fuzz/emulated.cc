// Every engine against the plain one, with vector instructions emulated (SIMDe), so that engines can be tested on processors that lack them: whole
// encodes, decodes, and single slivers over edge sizes. Prints what differs and fails.
#include <cstdio>
#include <cstdlib>
#include <random>

#include "../src/sliver.h"

using namespace floe;

namespace {

std::mt19937_64 chance(20260901);

std::vector<u8> randomBytes(size_t count) {
  std::vector<u8> bytes(count);
  for (u8& byte : bytes) byte = static_cast<u8>(chance());
  return bytes;
}

std::vector<u8> everything(const Engine& engine, size_t shards, const std::vector<u8>& blob) {
  const Shape shape = Shape::of(shards);
  std::vector<u8> exchange(exchangeBytes(shards, 1));
  EncodeJob job(engine, shape, blob.data(), blob.size(), nullptr, false, exchange.data());
  std::vector<u8> out(job.places.bytes() + shards * 64 + 64);
  job.out = out.data();
  encodeRows(job, 0, 1, [] {});
  encodeColumns(job, 0, 1, [] {});
  u8* const summary = out.data() + job.places.bytes();
  encodeFinish(job, 1, summary, summary + shards * 64, summary + shards * 64 + 32);
  return out;
}

bool decodes(const Engine& engine, size_t shards, const std::vector<u8>& blob, const std::vector<u8>& all) {
  const Shape shape = Shape::of(shards);
  const size_t symbol = shape.symbolBytes(blob.size());
  const Places places(shape, symbol, false);
  for (const Axis axis : {Axis::primary, Axis::secondary}) {
    const size_t needed = axis == Axis::primary ? shape.rows : shape.columns;
    std::vector<SliverIn> slivers;
    for (size_t i = 0; i < needed; i++) {
      const size_t index = shards - 1 - i;
      slivers.push_back({static_cast<u32>(index), all.data() + places.data(axis, index)});
    }
    std::vector<u8> back(blob.size() + 1);
    decodeBlob(engine, shape, blob.size(), axis, slivers, back.data(), [] {});
    back.pop_back();
    if (back != blob) return false;
  }
  return true;
}

// What one blob size shows: every engine makes the same bytes as the plain one, and reads the blob back from them.
unsigned differences(size_t shards, size_t size, unsigned& done) {
  const auto blob = randomBytes(size);
  const auto expected = everything(plainEngine, shards, blob);
  unsigned failed = 0;
  for (unsigned e = 0; e < allEngines().count; e++) {
    const Engine& engine = *allEngines().engines[e];
    if (!engine.usable() || &engine == &plainEngine) continue;
    done++;
    if (everything(engine, shards, blob) == expected && decodes(engine, shards, blob, expected)) continue;
    std::printf("%s differs: %zu shards, %zu bytes\n", engine.name, shards, size);
    failed++;
  }
  return failed;
}

}  // namespace

int main() {
  // Around the ends of strips (64 bytes of a symbol), of hash blocks (128) and of words.
  const std::vector<size_t> symbols{2, 4, 6, 30, 34, 62, 64, 66, 98, 126, 128, 130, 254, 256, 302};
  // Full vectors of eight, trees of all shapes, transforms of up to 16 positions: every symbol size, four lengths of each.
  const size_t fewShards[] = {1, 2, 4, 5, 7, 10, 13, 19, 31};
  // Larger transforms run the same code more often: some sizes only, one length of each, so that this stays a matter of a minute.
  const struct {
    size_t shards;
    std::vector<size_t> symbols;
  } manyShards[] = {{64, {2, 30, 66, 130, 302}}, {100, {2, 6, 34, 62}}, {300, {2, 6}}};
  unsigned failed = 0, done = 0;
  for (const size_t shards : fewShards)
    for (const size_t symbol : symbols) {
      const Shape shape = Shape::of(shards);
      const size_t cells = shape.rows * shape.columns, most = cells * symbol;
      for (const size_t size : {most, most - 1, most - chance() % (cells + 1), chance() % 3}) failed += differences(shards, size, done);
    }
  for (const auto& [shards, some] : manyShards)
    for (const size_t symbol : some) {
      const Shape shape = Shape::of(shards);
      const size_t cells = shape.rows * shape.columns;
      failed += differences(shards, cells * symbol - chance() % (cells + 1), done);
    }
  std::printf("%u comparisons, %u differ\n", done, failed);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
