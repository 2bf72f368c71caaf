#include "kernel-times.h"

#include <algorithm>
#include <chrono>

#include "merkle.h"

namespace floe {

namespace {

template <class Work>
double bestNanoseconds(size_t times, Work work) {
  using Clock = std::chrono::steady_clock;
  double best = 1e18;
  for (int round = 0; round < 7; round++) {
    const auto start = Clock::now();
    for (size_t i = 0; i < times; i++) work();
    best = std::min(best, std::chrono::duration<double, std::nano>(Clock::now() - start).count() / static_cast<double>(times));
  }
  return best;
}

// The transforms of one strip, without moving symbols in and out.
double codeNanoseconds(const Engine& engine, const Code& code, u8* strips) {
  if (code.recovery == 0) return 0;
  const size_t m = code.chunk;
  return bestNanoseconds(20, [&] {
    if (code.highRate)
      for (size_t done = 0; done < code.originals; done += m) engine.inverse(strips, m, std::min(m, code.originals - done), m + done, 1);
    else engine.inverse(strips, m, code.originals, 0, 1);
    u8* const work = strips + m * rowBytes;
    if (code.highRate) engine.forward(strips, work, m, code.recovery, 0);
    else for (size_t done = 0; done < code.recovery; done += m) engine.forward(strips, work, m, std::min(m, code.recovery - done), m + done);
  });
}

}  // namespace

KernelTimes timeKernels(const Engine& engine, const Shape& shape, size_t symbolBytes) {
  ScratchLease lease;
  constexpr size_t count = 64, memory = 32u << 20;
  u8* const symbols = lease.scratch.columns.atLeast(count * symbolBytes);
  std::memset(symbols, 1, count * symbolBytes);
  u8* const digests = lease.scratch.digests.atLeast(3 * planeBytes(count));
  std::memset(digests, 1, 3 * planeBytes(count));
  const auto planes = [&](size_t i) { return Planes{reinterpret_cast<u64*>(digests + i * planeBytes(count)), planeStride(count)}; };
  u8* const strips = lease.scratch.strips.atLeast(std::max(shape.ofColumns.encodeBytes(), shape.ofRows.encodeBytes()));
  std::memset(strips, 1, shape.ofColumns.encodeBytes());
  u8* const large = lease.scratch.rows.atLeast(memory);
  std::memset(large, 1, memory);

  KernelTimes times{};
  const bool many = shape.shards >= 256;
  times.leaf = bestNanoseconds(20, [&] { leafDigests(engine, symbols, symbolBytes, symbolBytes, count, many, planes(0)); }) / count;
  times.inner = bestNanoseconds(20, [&] { engine.joinRows(planes(0), planes(1), planes(2), count); }) / count;
  times.columnCode = codeNanoseconds(engine, shape.ofColumns, strips);
  times.rowCode = codeNanoseconds(engine, shape.ofRows, strips);
  volatile u64 sink = 0;
  times.readByte = bestNanoseconds(1, [&] {
                     u64 sum[4] = {};
                     for (size_t i = 0; i < memory; i += 32)
                       for (size_t w = 0; w < 4; w++) sum[w] ^= loadWord(large + i + 8 * w);
                     sink = sum[0] ^ sum[1] ^ sum[2] ^ sum[3];
                   }) / memory;
  times.writeByte = bestNanoseconds(1, [&] {
                      std::memset(large, static_cast<int>(sink), memory);
                      sink = large[memory / 2];
                    }) / memory;
  return times;
}

}  // namespace floe
