#include "field.h"

#include <memory>

namespace floe {

namespace {

constexpr u32 polynomial = 0x1002D;
constexpr unsigned order = 65535;
constexpr u16 cantorBasis[16] = {0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012,
                                 0x6C98, 0x10D8, 0x6A72, 0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E};

u16 polynomialForm(unsigned x) {
  u16 sum = 0;
  for (unsigned i = 0; i < 16; i++)
    if (x >> i & 1) sum ^= cantorBasis[i];
  return sum;
}

// Row i of the result's bit matrix selects the input bits that make output bit i; byte 7 - i holds it.
template <class Map>
u64 bitMatrix(Map map) {
  u64 matrix = 0;
  for (unsigned out = 0; out < 8; out++) {
    u64 row = 0;
    for (unsigned in = 0; in < 8; in++) row |= static_cast<u64>(map(1u << in) >> out & 1) << in;
    matrix |= row << (8 * (7 - out));
  }
  return matrix;
}

u16 productOf(const Tables& t, unsigned a, unsigned b) {
  return a == 0 || b == 0 ? 0 : t.exp[t.log[a] + t.log[b]];
}

std::unique_ptr<Tables> build() {
  auto made = std::make_unique<Tables>();
  Tables& t = *made;
  auto logOfPolynomial = std::make_unique<u16[]>(65536);
  u32 power = 1;
  for (unsigned i = 0; i < order; i++) {
    logOfPolynomial[power] = static_cast<u16>(i);
    power <<= 1;
    if (power > 0xFFFF) power ^= polynomial;
  }
  t.log[0] = 0;
  for (unsigned x = 1; x < 65536; x++) {
    t.log[x] = logOfPolynomial[polynomialForm(x)];
    t.exp[t.log[x]] = static_cast<u16>(x);
    t.exp[t.log[x] + order] = static_cast<u16>(x);
  }
  for (unsigned a = 0; a < 256; a++) {
    for (unsigned b = 0; b < 256; b++) t.product[a][b] = static_cast<u8>(productOf(t, a, b));
    for (unsigned b = 0; b < 16; b++) {
      t.nibble[a][b] = t.product[a][b];
      t.nibble[a][16 + b] = t.product[a][b << 4];
    }
    t.matrix[a] = bitMatrix([&](unsigned x) { return t.product[a][x]; });
    t.tower[a] = static_cast<u8>(productOf(t, a, 256));
  }
  for (unsigned b = 0; b < 16; b++) {
    t.towerNibble[b] = t.tower[b];
    t.towerNibble[16 + b] = t.tower[b << 4];
  }
  t.towerMatrix = bitMatrix([&](unsigned x) { return t.tower[x]; });
  return made;
}

}  // namespace

const Tables& tables() {
  static const std::unique_ptr<Tables> once = build();
  return *once;
}

u16 multiply(u16 a, u16 b) { return productOf(tables(), a, b); }

}  // namespace floe
