#include "reed-solomon.h"

#include <algorithm>

namespace floe {

Code Code::of(size_t originals, size_t recovery) {
  Code code{originals, recovery, true, 1};
  if (recovery == 0) return code;
  const size_t k = std::bit_ceil(originals), r = std::bit_ceil(recovery);
  code.highRate = k > r || (k == r && originals <= recovery);
  code.chunk = code.highRate ? r : k;
  return code;
}

size_t membersPerStrip(size_t symbolBytes) {
  const size_t half = symbolBytes % 64 / 2;
  return half == 0 ? 1 : std::max<size_t>(1, 32 / half);
}

std::vector<PlacedShape> stripShapes(size_t symbolBytes, size_t members, size_t memberStride) {
  std::vector<PlacedShape> shapes;
  const size_t blocks = symbolBytes / 64, half = symbolBytes % 64 / 2, together = membersPerStrip(symbolBytes);
  for (size_t member = 0; member < members; member++)
    for (size_t block = 0; block < blocks; block++) shapes.push_back({{1, 32, memberStride}, member * memberStride + 64 * block});
  if (half == 0) return shapes;
  for (size_t member = 0; member < members; member += together) {
    const unsigned pieces = static_cast<unsigned>(std::min(together, members - member));
    shapes.push_back({{pieces, static_cast<unsigned>(half), memberStride}, member * memberStride + 64 * blocks});
  }
  return shapes;
}

void encodeStrip(const Engine& engine, const Code& code, const PlacedShape& in, SymbolsIn originals, size_t used, const PlacedShape& out,
                 SymbolsOut recovery, u8* strips) {
  const size_t m = code.chunk;
  u8* const sum = strips;
  u8* const work = strips + m * rowBytes;
  const auto fill = [&](u8* strip, size_t first, size_t count) {
    engine.gather(in.shape, originals.first + in.start + first * originals.positionStride, originals.positionStride, count, strip);
    std::memset(strip + count * rowBytes, 0, (m - count) * rowBytes);
  };
  const auto give = [&](size_t first, size_t count) {
    engine.scatter(out.shape, work, count, recovery.first + out.start + first * recovery.positionStride, recovery.positionStride);
  };
  if (!code.highRate) {
    fill(sum, 0, used);
    engine.inverse(sum, m, used, 0, 1);
    for (size_t done = 0; done < code.recovery; done += m) {
      const size_t count = std::min(m, code.recovery - done);
      engine.forward(sum, work, m, count, m + done);
      give(done, count);
    }
    return;
  }
  for (size_t done = 0; done < std::max<size_t>(used, 1); done += m) {
    const size_t count = std::min(m, used - done);
    u8* const strip = done == 0 ? sum : work;
    fill(strip, done, count);
    engine.inverse(strip, m, count, m + done, 1);
    if (done > 0) engine.add(sum, work, m);
  }
  engine.forward(sum, work, m, code.recovery, 0);
  give(0, code.recovery);
}

namespace {

constexpr u32 order = 65535;

// Walsh-Hadamard transform over integers modulo the order of the multiplicative group.
void walshHadamard(std::vector<u32>& values) {
  for (size_t step = 1; step < values.size(); step *= 2)
    for (size_t block = 0; block < values.size(); block += 2 * step)
      for (size_t i = block; i < block + step; i++) {
        const u32 a = values[i], b = values[i + step];
        values[i] = (a + b) % order;
        values[i + step] = (a + order - b) % order;
      }
}

// For every x below the size: the logarithm of the product of (x - e) over all erased e other than x. A convolution over XOR.
std::vector<u32> locatorLogs(const std::vector<u8>& erased) {
  const Tables& t = tables();
  const size_t size = erased.size();
  std::vector<u32> pattern(size), logs(size);
  for (size_t i = 0; i < size; i++) {
    pattern[i] = erased[i];
    logs[i] = t.log[i] % order;
  }
  walshHadamard(pattern);
  walshHadamard(logs);
  // Dividing by size = 2^b is multiplying by 2^(16 - b), because 2^16 = 1 modulo the order.
  const u64 inverseSize = (65536 / size) % order;
  for (size_t i = 0; i < size; i++) pattern[i] = static_cast<u32>(u64{pattern[i]} * logs[i] % order * inverseSize % order);
  walshHadamard(pattern);
  return pattern;
}

}  // namespace

// Let E be the positions whose symbol is unknown, and e(x) the product of (x - p) over p in E. With F the polynomial through the whole codeword,
// e F is known everywhere (it is zero on E) and its degree is below `size`, so one inverse transform gives it. At p in E its derivative is
// e'(p) F(p), because e(p) = 0. Of a low-rate code any power of two positions will do that holds the chunk and all known symbols, because F's degree is
// below the chunk's size there: the fewer, the faster.
Erasures::Erasures(const Code& code, const std::vector<u32>& known) : code_(code), size_(std::bit_ceil(code.end())) {
  const Tables& t = tables();
  const auto positionOf = [&](u32 index) {
    return index < code.originals ? code.originalAt() + index : code.recoveryAt() + (index - code.originals);
  };
  std::vector<u8> isKnown(code.originals, 0);
  for (const u32 index : known) {
    known_.push_back(static_cast<u32>(positionOf(index)));
    if (index < code.originals) isKnown[index] = 1;
  }
  for (u32 i = 0; i < code.originals; i++)
    if (!isKnown[i]) missing_.push_back(i);
  if (missing_.empty()) return;
  if (!code.highRate) size_ = std::bit_ceil(std::max<size_t>(code.chunk, *std::max_element(known_.begin(), known_.end()) + size_t{1}));

  // Unknown: everything that is neither at hand nor zero by the code's shortening (behind the originals of a low-rate chunk; behind the end of a
  // high-rate codeword). The positions behind a low-rate codeword's recovery symbols are unknown too.
  std::vector<u8> erased(size_, 1);
  for (const u32 position : known_) erased[position] = 0;
  const size_t zeroFrom = code.highRate ? code.end() : code.originals, zeroTo = code.highRate ? size_ : code.chunk;
  for (size_t i = zeroFrom; i < zeroTo; i++) erased[i] = 0;

  const std::vector<u32> logs = locatorLogs(erased);
  used_.assign(size_ / code.chunk, 0);
  for (const u32 position : known_) {
    enter_.push_back(towerFactor(t, t.exp[logs[position]]));
    size_t& used = used_[position / code.chunk];
    used = std::max(used, position % code.chunk + 1);
  }
  for (const u32 index : missing_) {
    const size_t position = code.originalAt() + index;
    wantedAt_.push_back(static_cast<u32>(position));
    leave_.push_back(towerFactor(t, t.exp[order - logs[position]]));
    wanted_ = std::max(wanted_, position + 1);
  }
}

void Erasures::decodeStrip(const Engine& engine, const PlacedShape& in, SymbolsIn symbols, const PlacedShape& out, SymbolsOut originals,
                           u8* strip) const {
  std::memset(strip, 0, size_ * rowBytes);
  for (size_t i = 0, run = 0; i < known_.size(); i += run) {
    for (run = 1; i + run < known_.size() && known_[i + run] == known_[i] + run;) run++;
    const u8* const first = symbols.first + in.start + i * symbols.positionStride;
    engine.gather(in.shape, first, symbols.positionStride, run, strip + known_[i] * rowBytes);
  }
  engine.scale(strip, known_.data(), enter_.data(), known_.size());
  // Chunk by chunk first, because each is empty from somewhere on.
  const size_t m = code_.chunk;
  for (size_t i = 0; i < used_.size(); i++)
    if (used_[i] > 0) engine.inverse(strip + i * m * rowBytes, m, used_[i], i * m, 1);
  engine.inverse(strip, size_, size_, 0, m);
  // The derivative of X_i is the sum of X_(i - 2^b) over the set bits b of i. That e F itself is added does no harm: it is zero on E.
  // Values at the first positions depend on as many coefficients: beyond them, every term has a factor that is zero there.
  const size_t wanted = std::max<size_t>(4, std::bit_ceil(wanted_));
  engine.derivative(strip, size_, std::min(size_, wanted));
  engine.forward(strip, strip, std::min(size_, wanted), wanted_, 0);
  engine.scale(strip, wantedAt_.data(), leave_.data(), wantedAt_.size());
  for (size_t i = 0; i < missing_.size(); i++)
    engine.scatter(out.shape, strip + wantedAt_[i] * rowBytes, 1, originals.first + out.start + i * originals.positionStride, originals.positionStride);
}

}  // namespace floe
