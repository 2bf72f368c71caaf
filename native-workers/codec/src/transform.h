// The additive FFT of Lin, Chung and Han over one strip, in Cantor coordinates: polynomials in the basis X_i = product of s_b(x) over the set bits
// b of i. On the block of 2^(b+1) positions from `start` on, f = f0 + s_b(x) f1, and s_b is `start >> b` on its first half and one more on the
// second: one butterfly x += twiddle * y, y += x. Two levels are done in one pass over memory. `R` supplies rows of 32 elements.
#pragma once

#include "engine.h"

namespace floe {
namespace {

template <class R>
struct Transform {
  using Row = typename R::Row;

  // A twiddle by its kind, so that inner loops have no branches: zero, in GF(2^8), any.
  struct NoTwiddle {
    FORCED Row of(const Tables&, const Row&, const Row& x) const { return x; }
  };
  struct SubTwiddle {
    typename R::Sub factor;
    FORCED Row of(const Tables& t, const Row& y, const Row& x) const { return R::add(x, R::timesSub(t, y, factor)); }
  };
  struct FullTwiddle {
    typename R::Full factor;
    FORCED Row of(const Tables& t, const Row& y, const Row& x) const { return R::add(x, R::timesFull(t, y, factor)); }
  };

  template <class Then>
  INLINED void withTwiddle(const Tables& t, size_t twiddle, Then then) {
    if (twiddle == 0) then(NoTwiddle{});
    else if (twiddle < 256) then(SubTwiddle{R::sub(t, static_cast<unsigned>(twiddle))});
    else then(FullTwiddle{R::full(t, towerFactor(t, static_cast<unsigned>(twiddle)))});
  }

  template <class Twiddle>
  INLINED void forwardPair(const Tables& t, Row& x, Row& y, const Twiddle& twiddle) {
    x = twiddle.of(t, y, x);
    y = R::add(y, x);
  }
  template <class Twiddle>
  INLINED void inversePair(const Tables& t, Row& x, Row& y, const Twiddle& twiddle) {
    y = R::add(y, x);
    x = twiddle.of(t, y, x);
  }

  // Levels b + 1 and b on rows `step` = 2^b apart, four by four. `First`: the last two of the four are zero (inverse) or not wanted (forward).
  // Twiddles come by value: through a reference, every store might change them.
  template <bool First, class Top, class Left, class Right>
  INLINED void forwardRows(const Tables& t, const u8* from, u8* to, size_t step, const Top top,
                                                                const Left left, const Right right) {
    const size_t apart = step * rowBytes;
    for (size_t i = 0; i < apart; i += rowBytes) {
      Row a = R::load(from + i), b = R::load(from + i + apart);
      Row c = R::load(from + i + 2 * apart), d = R::load(from + i + 3 * apart);
      forwardPair(t, a, c, top);
      forwardPair(t, b, d, top);
      forwardPair(t, a, b, left);
      R::store(to + i, a);
      R::store(to + i + apart, b);
      if constexpr (!First) {
        forwardPair(t, c, d, right);
        R::store(to + i + 2 * apart, c);
        R::store(to + i + 3 * apart, d);
      }
    }
  }

  template <bool First, class Top, class Left, class Right>
  INLINED void inverseRows(const Tables& t, u8* rows, size_t step, const Top top, const Left left,
                                                                const Right right) {
    const size_t apart = step * rowBytes;
    for (size_t i = 0; i < apart; i += rowBytes) {
      Row a = R::load(rows + i), b = R::load(rows + i + apart);
      Row c = First ? R::zero() : R::load(rows + i + 2 * apart), d = First ? R::zero() : R::load(rows + i + 3 * apart);
      inversePair(t, a, b, left);
      if constexpr (!First) inversePair(t, c, d, right);
      inversePair(t, a, c, top);
      inversePair(t, b, d, top);
      R::store(rows + i, a);
      R::store(rows + i + apart, b);
      R::store(rows + i + 2 * apart, c);
      R::store(rows + i + 3 * apart, d);
    }
  }

  static void forwardFour(const Tables& t, const u8* from, u8* to, size_t start, size_t step, unsigned level, bool first) {
    withTwiddle(t, start >> (level + 1), [&](auto top) {
      withTwiddle(t, start >> level, [&](auto left) {
        if (first) return forwardRows<true>(t, from, to, step, top, left, NoTwiddle{});
        withTwiddle(t, (start + 2 * step) >> level, [&](auto right) { forwardRows<false>(t, from, to, step, top, left, right); });
      });
    });
  }

  static void inverseFour(const Tables& t, u8* rows, size_t start, size_t step, unsigned level, bool first) {
    withTwiddle(t, start >> (level + 1), [&](auto top) {
      withTwiddle(t, start >> level, [&](auto left) {
        if (first) return inverseRows<true>(t, rows, step, top, left, NoTwiddle{});
        withTwiddle(t, (start + 2 * step) >> level, [&](auto right) { inverseRows<false>(t, rows, step, top, left, right); });
      });
    });
  }

  static unsigned levelsOf(size_t size) { return static_cast<unsigned>(std::countr_zero(size)); }

  static void forward(const u8* from, u8* to, size_t size, size_t wanted, size_t offset) {
    const Tables& t = tables();
    unsigned level = levelsOf(size);
    if (level == 0) {
      std::memmove(to, from, rowBytes);
      return;
    }
    if (level % 2 == 1) {  // the top level alone
      level--;
      const size_t step = size_t{1} << level;
      withTwiddle(t, offset >> level, [&](const auto twiddle) {
        for (size_t i = 0; i < step; i++) {
          Row x = R::load(from + i * rowBytes), y = R::load(from + (i + step) * rowBytes);
          forwardPair(t, x, y, twiddle);
          R::store(to + i * rowBytes, x);
          if (wanted > step) R::store(to + (i + step) * rowBytes, y);
        }
      });
      from = to;
    }
    while (level > 0) {
      level -= 2;
      const size_t step = size_t{1} << level;
      for (size_t block = 0; block < wanted; block += 4 * step)
        forwardFour(t, from + block * rowBytes, to + block * rowBytes, offset + block, step, level, wanted <= block + 2 * step);
      from = to;
    }
  }

  static void inverse(u8* rows, size_t size, size_t used, size_t offset, size_t done) {
    const Tables& t = tables();
    const unsigned levels = levelsOf(size);
    unsigned level = levelsOf(done);
    for (; level + 2 <= levels; level += 2) {
      const size_t step = size_t{1} << level;
      for (size_t block = 0; block < used; block += 4 * step)
        inverseFour(t, rows + block * rowBytes, offset + block, step, level, used <= block + 2 * step);
    }
    if (level == levels) return;
    const size_t step = size_t{1} << level;
    withTwiddle(t, offset >> level, [&](const auto twiddle) {
      for (size_t i = 0; i < step; i++) {
        Row x = R::load(rows + i * rowBytes), y = R::load(rows + (i + step) * rowBytes);
        inversePair(t, x, y, twiddle);
        R::store(rows + i * rowBytes, x);
        R::store(rows + (i + step) * rowBytes, y);
      }
    });
  }

  static void add(u8* to, const u8* from, size_t rows) {
    for (size_t i = 0; i < rows * rowBytes; i += rowBytes) R::store(to + i, R::add(R::load(to + i), R::load(from + i)));
  }

  // Upwards, so that the rows that are added are still what they were; four at a time, so that most additions read and write registers.
  static void derivative(u8* rows, size_t size, size_t wanted) {
    if (size == 2) add(rows, rows + rowBytes, 1);
    if (size < 4) return;
    for (size_t i = 0; i < wanted; i += 4) {
      u8* const at = rows + i * rowBytes;
      const Row last = R::load(at + 3 * rowBytes);
      Row a = R::load(at), b = R::load(at + rowBytes), c = R::load(at + 2 * rowBytes), d = last;
      a = R::add(a, R::add(b, c));
      b = R::add(b, last);
      c = R::add(c, last);
      for (size_t step = 4; step < size; step *= 2) {
        if (i & step) continue;
        const u8* const above = at + step * rowBytes;
        a = R::add(a, R::load(above));
        b = R::add(b, R::load(above + rowBytes));
        c = R::add(c, R::load(above + 2 * rowBytes));
        d = R::add(d, R::load(above + 3 * rowBytes));
      }
      R::store(at, a);
      R::store(at + rowBytes, b);
      R::store(at + 2 * rowBytes, c);
      R::store(at + 3 * rowBytes, d);
    }
  }

  static void scale(u8* strip, const u32* rows, const Factor* factors, size_t count) {
    const Tables& t = tables();
    for (size_t i = 0; i < count; i++) {
      u8* const row = strip + rows[i] * rowBytes;
      R::store(row, R::timesFull(t, R::load(row), R::full(t, factors[i])));
    }
  }

  static void gather(const StripShape& shape, const u8* natural, size_t positionStride, size_t count, u8* strip) {
    const Tables& t = tables();
    const size_t half = shape.half;
    if (shape.pieces == 1) {
      for (size_t i = 0; i < count; i++, natural += positionStride, strip += rowBytes)
        R::store(strip, R::turn(t, R::load(natural, natural + half)));
      return;
    }
    // Short ends, at most 16 bytes a half: each piece is moved as a whole vector, and the next one overwrites its surplus.
    u8 low[64] = {}, high[64] = {};
    for (size_t i = 0; i < count; i++, natural += positionStride, strip += rowBytes) {
      const u8* piece = natural;
      for (size_t at = 0; at < shape.pieces * half; at += half, piece += shape.memberStride) {
        std::memcpy(low + at, piece, 16);
        std::memcpy(high + at, piece + half, 16);
      }
      R::store(strip, R::turn(t, R::load(low, high)));
    }
  }

  static void scatter(const StripShape& shape, const u8* strip, size_t count, u8* natural, size_t positionStride) {
    const Tables& t = tables();
    const size_t half = shape.half;
    if (half == 32) {
      for (size_t i = 0; i < count; i++, natural += positionStride, strip += rowBytes) R::store(natural, R::turn(t, R::load(strip)));
      return;
    }
    u8 low[64], high[64], passed[32];
    if (shape.pieces == 1) {
      for (size_t i = 0; i < count; i++, natural += positionStride, strip += rowBytes) {
        const Row row = R::turn(t, R::load(strip));
        std::memcpy(passed, natural + 2 * half, 32);
        R::storeLow(natural, row);
        R::storeHigh(natural + half, row);
        std::memcpy(natural + 2 * half, passed, 32);
      }
      return;
    }
    for (size_t i = 0; i < count; i++, natural += positionStride, strip += rowBytes) {
      const Row row = R::turn(t, R::load(strip));
      R::storeLow(low, row);
      R::storeHigh(high, row);
      u8* piece = natural;
      for (size_t at = 0; at < shape.pieces * half; at += half, piece += shape.memberStride) {
        std::memcpy(passed, piece + 2 * half, 16);
        std::memcpy(piece, low + at, 16);
        std::memcpy(piece + half, high + at, 16);
        std::memcpy(piece + 2 * half, passed, 16);
      }
    }
  }
};

}  // namespace
}  // namespace floe
