// The field GF(2^16) of the code (walrus-protocol section 1.6), and the coordinates in which we compute.
//
// A number x stands for the field element sum of x_i B[i] over a Cantor basis: B[0] = 1 and B[i+1]^2 + B[i+1] = B[i]. So x -> x^2 + x is a
// shift of x to the right by one bit, and the vanishing polynomial of the first 2^i elements, s_i = (x^2 + x) iterated i times, is x >> i.
// Two consequences carry the whole codec:
//
// 1. The twiddle factor of an additive FFT, s_i(block start), is just `start >> i`: no skew tables.
// 2. The first 8 basis elements span the subfield GF(2^8), and all twiddles below 256 lie in it. With T = B[8], T^2 = T + K, K = B[7],
//    every element is a + bT with a, b in GF(2^8) (the tower coordinates). There a subfield twiddle acts on both bytes alike: it is one
//    byte-wise product. s_8(a + bT) = b, so b is the high byte of x already, and a is the low byte plus the low byte of b*T.
#pragma once

#include "memory.h"

namespace floe {

struct Tables {
  u16 log[65536];  // log[0] = 0 by convention: the locator skips it
  u16 exp[65535 * 2];
  u8 product[256][256];           // in GF(2^8)
  alignas(64) u8 nibble[256][32];  // product of a factor with 0..15, then with 0, 16, .. 240
  u64 matrix[256];                // the same product as an 8x8 bit matrix, in the order of GF2P8AFFINEQB
  u8 tower[256];                  // low byte of b * T
  alignas(64) u8 towerNibble[32];
  u64 towerMatrix;
};

// Built once a process, on first use.
const Tables& tables();

// Product in Cantor representation.
u16 multiply(u16 a, u16 b);

// A factor c0 + c1 T in the form (a + bT)(c0 + c1 T) = (c0 a + K c1 b) + (c1 a + (c0 + c1) b) T: four subfield products.
struct Factor {
  u8 lowFromLow, lowFromHigh, highFromLow, highFromHigh;
};

static inline Factor towerFactor(const Tables& t, unsigned cantor) {
  const u8 c1 = static_cast<u8>(cantor >> 8);
  const u8 c0 = static_cast<u8>(cantor ^ t.tower[c1]);
  return {c0, t.product[c1][0x80], c1, static_cast<u8>(c0 ^ c1)};
}

}  // namespace floe
