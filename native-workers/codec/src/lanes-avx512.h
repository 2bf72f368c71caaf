// AVX-512 (F, BW, VL) with GFNI: eight messages at once, and a strip row in one register: a subfield product is one affine map for low and high
// bytes alike, a full product two and a swap of halves.
#pragma once

#include "field.h"
#include "intrinsics.h"

namespace floe {
namespace {

struct Avx512Lanes {
  using V = __m512i;
  static constexpr size_t lanes = 8;
  static constexpr unsigned group = 4;
  INLINED V same(u64 x) { return _mm512_set1_epi64(static_cast<long long>(x)); }
  INLINED V add(V a, V b) { return _mm512_add_epi64(a, b); }
  INLINED V addWord(V a, const V& word) { return add(a, word); }
  INLINED V exclusiveOr(V a, V b) { return _mm512_xor_si512(a, b); }
  INLINED V both(V a, V b) { return _mm512_and_si512(a, b); }
  INLINED V either(V a, V b) { return _mm512_or_si512(a, b); }
  INLINED V rotate32(V a) { return _mm512_ror_epi64(a, 32); }
  INLINED V rotate24(V a) { return _mm512_ror_epi64(a, 24); }
  INLINED V rotate16(V a) { return _mm512_ror_epi64(a, 16); }
  INLINED V rotate63(V a) { return _mm512_ror_epi64(a, 63); }
  INLINED V shiftUp8(V a) { return _mm512_slli_epi64(a, 8); }
  INLINED V shiftDown56(V a) { return _mm512_srli_epi64(a, 56); }
  INLINED V load(const u64* at) { return _mm512_loadu_si512(at); }
  INLINED void store(u64* at, V a) { _mm512_storeu_si512(at, a); }

  INLINED void loadPairs(const u64* at, V& left, V& right) {
    const V a = load(at), b = load(at + 8);
    left = _mm512_permutex2var_epi64(a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b);
    right = _mm512_permutex2var_epi64(a, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), b);
  }

  // Symbols l and l + 4 share a register while two 4x4 transposes run side by side.
  INLINED V pair(const u8* first, const u8* second) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(second));
    return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
  }
  INLINED void loadWords(V* m, const u8* const* symbol, std::ptrdiff_t shift) {
    const V a = pair(symbol[0] + shift, symbol[4] + shift), b = pair(symbol[1] + shift, symbol[5] + shift);
    const V c = pair(symbol[2] + shift, symbol[6] + shift), d = pair(symbol[3] + shift, symbol[7] + shift);
    const V ab0 = _mm512_unpacklo_epi64(a, b), ab1 = _mm512_unpackhi_epi64(a, b);
    const V cd0 = _mm512_unpacklo_epi64(c, d), cd1 = _mm512_unpackhi_epi64(c, d);
    const V near = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), far = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    m[0] = _mm512_permutex2var_epi64(ab0, near, cd0);
    m[1] = _mm512_permutex2var_epi64(ab1, near, cd1);
    m[2] = _mm512_permutex2var_epi64(ab0, far, cd0);
    m[3] = _mm512_permutex2var_epi64(ab1, far, cd1);
  }
};

struct Avx512Rows {
  using Row = __m512i;
  using Sub = __m512i;
  struct Full {
    __m512i straight, crossed;
  };

  INLINED __m512i matrices(u64 forLow, u64 forHigh) {
    const long long low = static_cast<long long>(forLow), high = static_cast<long long>(forHigh);
    return _mm512_setr_epi64(low, low, low, low, high, high, high, high);
  }
  INLINED Row swapped(Row a) { return _mm512_shuffle_i32x4(a, a, 0x4E); }
  INLINED Row times(Row a, __m512i matrix) { return _mm512_gf2p8affine_epi64_epi8(a, matrix, 0); }

  INLINED Row load(const u8* p) { return _mm512_loadu_si512(p); }
  INLINED Row load(const u8* low, const u8* high) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(low));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(high));
    return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
  }
  INLINED void store(u8* p, Row row) { _mm512_storeu_si512(p, row); }
  INLINED void storeLow(u8* p, Row row) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_castsi512_si256(row)); }
  INLINED void storeHigh(u8* p, Row row) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_extracti64x4_epi64(row, 1)); }
  INLINED Row zero() { return _mm512_setzero_si512(); }
  INLINED Row add(Row a, Row b) { return _mm512_xor_si512(a, b); }
  // The zero matrix clears what the low bytes would give to the high ones.
  INLINED Row turn(const Tables& t, Row a) { return add(a, times(swapped(a), matrices(t.towerMatrix, 0))); }
  INLINED Sub sub(const Tables& t, unsigned factor) { return _mm512_set1_epi64(static_cast<long long>(t.matrix[factor])); }
  INLINED Row timesSub(const Tables&, Row a, Sub f) { return times(a, f); }
  INLINED Full full(const Tables& t, Factor f) {
    return {matrices(t.matrix[f.lowFromLow], t.matrix[f.highFromHigh]), matrices(t.matrix[f.lowFromHigh], t.matrix[f.highFromLow])};
  }
  INLINED Row timesFull(const Tables&, Row a, const Full& f) { return add(times(a, f.straight), times(swapped(a), f.crossed)); }
};

}  // namespace
}  // namespace floe
