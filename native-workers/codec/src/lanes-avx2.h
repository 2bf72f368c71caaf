// AVX2: four messages at once, 32 elements at once. With `WithGfni` a subfield product is one GF2P8AFFINEQB (VEX form, no AVX-512 needed)
// instead of two nibble shuffles.
#pragma once

#include "field.h"
#include "intrinsics.h"

namespace floe {
namespace {

// Byte orders that rotate 64-bit words to the right by 24 and 16 bits.
alignas(32) constexpr u8 rotation24[32] = {3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10};
alignas(32) constexpr u8 rotation16[32] = {2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9};

struct Avx2Lanes {
  using V = __m256i;
  static constexpr size_t lanes = 4;
  static constexpr unsigned group = 4;
  INLINED V same(u64 x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }
  INLINED V add(V a, V b) { return _mm256_add_epi64(a, b); }
  INLINED V exclusiveOr(V a, V b) { return _mm256_xor_si256(a, b); }
  INLINED V both(V a, V b) { return _mm256_and_si256(a, b); }
  INLINED V either(V a, V b) { return _mm256_or_si256(a, b); }
  INLINED V rotate32(V a) { return _mm256_shuffle_epi32(a, 0xB1); }
#if defined(__GNUC__) && !defined(FLOE_SIMDE)
  // The sixteen words of the state fill all registers. Left to themselves, compilers give some to message words and shuffle masks, and the state
  // goes through memory: a third of the speed. So these operands are fixed to memory.
  INLINED V addWord(V a, const V& word) {
    asm("vpaddq %1, %0, %0" : "+x"(a) : "m"(word));
    return a;
  }
  INLINED V shuffle(V a, const V& mask) {
    asm("vpshufb %1, %0, %0" : "+x"(a) : "m"(mask));
    return a;
  }
  // This rotation needs a seventeenth register. `lent` is the one word that nobody waits for then; compilers put one away that is read again at once.
  INLINED void rotateAll63(V& a, V& b, V& c, V& d, V& lent) {
    V kept;
    asm("vmovdqa %4, %5\n"
        "vpsrlq $63, %0, %4\n vpaddq %0, %0, %0\n vpor %4, %0, %0\n"
        "vpsrlq $63, %1, %4\n vpaddq %1, %1, %1\n vpor %4, %1, %1\n"
        "vpsrlq $63, %2, %4\n vpaddq %2, %2, %2\n vpor %4, %2, %2\n"
        "vpsrlq $63, %3, %4\n vpaddq %3, %3, %3\n vpor %4, %3, %3\n"
        "vmovdqa %5, %4"
        : "+x"(a), "+x"(b), "+x"(c), "+x"(d), "+x"(lent), "=m"(kept));
  }
#else
  INLINED V addWord(V a, const V& word) { return _mm256_add_epi64(a, word); }
  INLINED V shuffle(V a, const V& mask) { return _mm256_shuffle_epi8(a, mask); }
#endif
  INLINED V rotate24(V a) { return shuffle(a, *reinterpret_cast<const V*>(rotation24)); }
  INLINED V rotate16(V a) { return shuffle(a, *reinterpret_cast<const V*>(rotation16)); }
  INLINED V rotate63(V a) { return _mm256_or_si256(_mm256_srli_epi64(a, 63), _mm256_add_epi64(a, a)); }
  INLINED V shiftUp8(V a) { return _mm256_slli_epi64(a, 8); }
  INLINED V shiftDown56(V a) { return _mm256_srli_epi64(a, 56); }
  INLINED V load(const u64* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }
  INLINED void store(u64* at, V a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), a); }

  // a0 a1 a2 a3 b0 b1 b2 b3 to even (a0 a2 b0 b2) and odd ones.
  INLINED void loadPairs(const u64* at, V& left, V& right) {
    const V a = load(at), b = load(at + 4);
    const V near = _mm256_permute2x128_si256(a, b, 0x20), far = _mm256_permute2x128_si256(a, b, 0x31);
    left = _mm256_unpacklo_epi64(near, far);
    right = _mm256_unpackhi_epi64(near, far);
  }

  // Four words of four symbols, transposed.
  INLINED void loadWords(V* m, const u8* const* symbol, std::ptrdiff_t shift) {
    const V a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbol[0] + shift));
    const V b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbol[1] + shift));
    const V c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbol[2] + shift));
    const V d = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(symbol[3] + shift));
    const V ab0 = _mm256_unpacklo_epi64(a, b), ab1 = _mm256_unpackhi_epi64(a, b);
    const V cd0 = _mm256_unpacklo_epi64(c, d), cd1 = _mm256_unpackhi_epi64(c, d);
    m[0] = _mm256_permute2x128_si256(ab0, cd0, 0x20);
    m[1] = _mm256_permute2x128_si256(ab1, cd1, 0x20);
    m[2] = _mm256_permute2x128_si256(ab0, cd0, 0x31);
    m[3] = _mm256_permute2x128_si256(ab1, cd1, 0x31);
  }
};

// Two subfield products that share the nibbles of their argument, or one affine map each.
template <bool WithGfni>
struct Avx2Product;

template <>
struct Avx2Product<false> {
  __m256i low, high;
  INLINED __m256i mask() { return _mm256_set1_epi8(0x0F); }
  INLINED Avx2Product of(const u8* nibbles) {
    const __m128i* at = reinterpret_cast<const __m128i*>(nibbles);
    return {_mm256_broadcastsi128_si256(_mm_load_si128(at)), _mm256_broadcastsi128_si256(_mm_load_si128(at + 1))};
  }
  INLINED Avx2Product factor(const Tables& t, unsigned f) { return of(t.nibble[f]); }
  INLINED Avx2Product turn(const Tables& t) { return of(t.towerNibble); }
  FORCED __m256i times(__m256i a) const {
    const __m256i lowNibbles = _mm256_and_si256(a, mask());
    const __m256i highNibbles = _mm256_and_si256(_mm256_srli_epi64(a, 4), mask());
    return _mm256_xor_si256(_mm256_shuffle_epi8(low, lowNibbles), _mm256_shuffle_epi8(high, highNibbles));
  }
};

template <>
struct Avx2Product<true> {
  __m256i matrix;
  INLINED Avx2Product factor(const Tables& t, unsigned f) { return {_mm256_set1_epi64x(static_cast<long long>(t.matrix[f]))}; }
  INLINED Avx2Product turn(const Tables& t) { return {_mm256_set1_epi64x(static_cast<long long>(t.towerMatrix))}; }
  FORCED __m256i times(__m256i a) const { return _mm256_gf2p8affine_epi64_epi8(a, matrix, 0); }
};

template <bool WithGfni>
struct Avx2Rows {
  using Product = Avx2Product<WithGfni>;
  struct Row {
    __m256i low, high;
  };
  using Sub = Product;
  struct Full {
    Product lowFromLow, lowFromHigh, highFromLow, highFromHigh;
  };

  INLINED __m256i at(const u8* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  INLINED void put(u8* p, __m256i a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a); }
  INLINED Row load(const u8* p) { return {at(p), at(p + 32)}; }
  INLINED Row load(const u8* low, const u8* high) { return {at(low), at(high)}; }
  INLINED void store(u8* p, const Row& row) {
    put(p, row.low);
    put(p + 32, row.high);
  }
  INLINED void storeLow(u8* p, const Row& row) { put(p, row.low); }
  INLINED void storeHigh(u8* p, const Row& row) { put(p, row.high); }
  INLINED Row zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  INLINED Row add(const Row& a, const Row& b) { return {_mm256_xor_si256(a.low, b.low), _mm256_xor_si256(a.high, b.high)}; }
  INLINED Row turn(const Tables& t, const Row& a) { return {_mm256_xor_si256(a.low, Product::turn(t).times(a.high)), a.high}; }
  INLINED Sub sub(const Tables& t, unsigned factor) { return Product::factor(t, factor); }
  INLINED Row timesSub(const Tables&, const Row& a, const Sub& f) { return {f.times(a.low), f.times(a.high)}; }
  INLINED Full full(const Tables& t, Factor f) {
    return {Product::factor(t, f.lowFromLow), Product::factor(t, f.lowFromHigh), Product::factor(t, f.highFromLow),
            Product::factor(t, f.highFromHigh)};
  }
  INLINED Row timesFull(const Tables&, const Row& a, const Full& f) {
    return {_mm256_xor_si256(f.lowFromLow.times(a.low), f.lowFromHigh.times(a.high)),
            _mm256_xor_si256(f.highFromLow.times(a.low), f.highFromHigh.times(a.high))};
  }
};

}  // namespace
}  // namespace floe
