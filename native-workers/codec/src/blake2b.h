// BLAKE2b-256 without a key (RFC 7693), many messages at once: lane l of every vector belongs to message l. `L` supplies the vector; a lane
// count of one gives the plain hash. Message words that are known to be zero cost nothing: `Words` is how many may be non-zero.
#pragma once

#include <utility>

#include "engine.h"

namespace floe {
namespace {  // one copy for each engine's compiler flags

constexpr u64 blakeStart[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                               0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
// Digest of 32 bytes, no key, fan-out and depth 1.
constexpr u64 blakeParameters = 0x01010020;

constexpr u8 blakeOrder[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

template <class L>
struct Blake {
  using V = typename L::V;

  // One half of four mixing functions side by side: a += b + m, d = (d ^ a) >>> r, c += d, b = (b ^ c) >>> s. The message goes in first, because b is
  // the value that comes late.
  template <int Words, int M0, int M1, int M2, int M3>
  INLINED void message(V& a0, V& a1, V& a2, V& a3, const V* m) {
    if constexpr (M0 < Words) a0 = L::addWord(a0, m[M0]);
    if constexpr (M1 < Words) a1 = L::addWord(a1, m[M1]);
    if constexpr (M2 < Words) a2 = L::addWord(a2, m[M2]);
    if constexpr (M3 < Words) a3 = L::addWord(a3, m[M3]);
  }

  template <bool First>
  INLINED void mix(V& a0, V& a1, V& a2, V& a3, V& b0, V& b1, V& b2, V& b3, V& c0, V& c1, V& c2, V& c3,
                                                        V& d0, V& d1, V& d2, V& d3) {
    a0 = L::add(a0, b0);
    a1 = L::add(a1, b1);
    a2 = L::add(a2, b2);
    a3 = L::add(a3, b3);
    d0 = turn<First>(L::exclusiveOr(d0, a0));
    d1 = turn<First>(L::exclusiveOr(d1, a1));
    d2 = turn<First>(L::exclusiveOr(d2, a2));
    d3 = turn<First>(L::exclusiveOr(d3, a3));
    c0 = L::add(c0, d0);
    c1 = L::add(c1, d1);
    c2 = L::add(c2, d2);
    c3 = L::add(c3, d3);
    b0 = L::exclusiveOr(b0, c0);
    b1 = L::exclusiveOr(b1, c1);
    b2 = L::exclusiveOr(b2, c2);
    b3 = L::exclusiveOr(b3, c3);
    if constexpr (!First && requires { L::rotateAll63(b0, b1, b2, b3, c0); }) {
      L::rotateAll63(b0, b1, b2, b3, c0);
    } else {
      b0 = turnBack<First>(b0);
      b1 = turnBack<First>(b1);
      b2 = turnBack<First>(b2);
      b3 = turnBack<First>(b3);
    }
  }
  template <bool First>
  INLINED V turn(V x) {
    return First ? L::rotate32(x) : L::rotate16(x);
  }
  template <bool First>
  INLINED V turnBack(V x) {
    return First ? L::rotate24(x) : L::rotate63(x);
  }

  template <int Words, int Round>
  INLINED void round(V* v, const V* m) {
    constexpr const u8* s = blakeOrder[Round % 10];
    message<Words, s[0], s[2], s[4], s[6]>(v[0], v[1], v[2], v[3], m);
    mix<true>(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12], v[13], v[14], v[15]);
    message<Words, s[1], s[3], s[5], s[7]>(v[0], v[1], v[2], v[3], m);
    mix<false>(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12], v[13], v[14], v[15]);
    message<Words, s[8], s[10], s[12], s[14]>(v[0], v[1], v[2], v[3], m);
    mix<true>(v[0], v[1], v[2], v[3], v[5], v[6], v[7], v[4], v[10], v[11], v[8], v[9], v[15], v[12], v[13], v[14]);
    message<Words, s[9], s[11], s[13], s[15]>(v[0], v[1], v[2], v[3], m);
    mix<false>(v[0], v[1], v[2], v[3], v[5], v[6], v[7], v[4], v[10], v[11], v[8], v[9], v[15], v[12], v[13], v[14]);
  }

  template <int Words, int... Rounds>
  INLINED void rounds(V* v, const V* m, std::integer_sequence<int, Rounds...>) {
    (round<Words, Rounds>(v, m), ...);
  }

  // The rounds of a block whose words may all be non-zero: one copy for the first, the middle and the last block of a message. Each unrolled copy is a third
  // of a processor's cache of decoded instructions, and three of them in turn run a sixth slower than one.
  static SEPARATE void fullRounds(V* v, const V* m) {
    V inside[16];
    copied(inside, v, std::make_integer_sequence<int, 16>{});
    rounds<16>(inside, m, std::make_integer_sequence<int, 12>{});
    copied(v, inside, std::make_integer_sequence<int, 16>{});
  }

  // Vector by vector: of a loop, compilers make a copy of bytes, whose end vectors that are read at once wait for.
  template <int... Each>
  INLINED void copied(V* to, const V* from, std::integer_sequence<int, Each...>) {
    ((to[Each] = from[Each]), ...);
  }

  // Words from `first` on to zero, vector by vector as well.
  template <unsigned... Each>
  INLINED void clear(V* m, unsigned first, std::integer_sequence<unsigned, Each...>) {
    ((Each >= first ? void(m[Each] = L::same(0)) : void()), ...);
  }

  static V initial(int i) { return L::same(i == 0 ? blakeStart[0] ^ blakeParameters : blakeStart[i]); }

  // One compression; `length` counts the message bytes up to the end of this block. The first block needs no chain value, and of the last one only
  // the four words of the digest are made.
  template <int Words, bool First, bool Last>
  INLINED void compress(V* h, const V* m, u64 length) {
    V v[16];
    for (int i = 0; i < 8; i++) v[i] = First ? initial(i) : h[i];
    for (int i = 0; i < 4; i++) v[8 + i] = L::same(blakeStart[i]);
    v[12] = L::same(blakeStart[4] ^ length);
    v[13] = L::same(blakeStart[5]);
    v[14] = L::same(Last ? ~blakeStart[6] : blakeStart[6]);
    v[15] = L::same(blakeStart[7]);
    if constexpr (Words == 16) fullRounds(v, m);
    else rounds<Words>(v, m, std::make_integer_sequence<int, 12>{});
    for (int i = 0; i < (Last ? 4 : 8); i++) h[i] = L::exclusiveOr(First ? initial(i) : h[i], L::exclusiveOr(v[i], v[8 + i]));
  }

  // Words [0, words) of the block that starts `shift` bytes into each lane's symbol (-1 for the first block: the 0x00 prefix comes before it).
  static void load(V* m, const u8* const* symbol, std::ptrdiff_t shift, unsigned words) {
    for (unsigned w = 0; w < words; w += L::group) L::loadWords(m + w, symbol, shift + 8 * static_cast<std::ptrdiff_t>(w));
  }

  // A message of one block.
  template <int Words>
  static SEPARATE void only(V* h, const V* m, u64 length) {
    compress<Words, true, true>(h, m, length);
  }

  static void leafLanes(const u8* const* symbol, size_t symbolBytes, V* h) {
    const u64 length = symbolBytes + 1;
    V m[16];
    u64 done = 0;
    while (length - done > 128) {
      load(m, symbol, static_cast<std::ptrdiff_t>(done) - 1, 16);
      done += 128;
      if (done == 128) {
        m[0] = L::both(m[0], L::same(~u64{0xFF}));
        compress<16, true, false>(h, m, done);
      } else {
        compress<16, false, false>(h, m, done);
      }
    }
    const unsigned rest = static_cast<unsigned>(length - done);
    const unsigned words = (rest + 7) / 8;
    load(m, symbol, static_cast<std::ptrdiff_t>(done) - 1, words);
    if (rest % 8 != 0) m[words - 1] = L::both(m[words - 1], L::same((u64{1} << (8 * (rest % 8))) - 1));
    if (done == 0) m[0] = L::both(m[0], L::same(~u64{0xFF}));
    // After other blocks, the rounds that are decoded already are faster than shorter ones.
    const unsigned kept = done > 0 || words > 10 ? 16 : words <= 1 ? 1 : words <= 6 ? 6 : 10;
    clear(m, words, std::make_integer_sequence<unsigned, 16>{});
    if (kept == 1) only<1>(h, m, length);
    else if (kept == 6) only<6>(h, m, length);
    else if (kept == 10) only<10>(h, m, length);
    else if (done == 0) only<16>(h, m, length);
    else compress<16, false, true>(h, m, length);
  }

  static void leaves(const u8* symbols, size_t stride, size_t symbolBytes, size_t count, Planes out) {
    for (size_t i = 0; i < count; i += L::lanes) {
      const u8* symbol[L::lanes];
      for (size_t l = 0; l < L::lanes; l++) symbol[l] = symbols + (i + l < count ? i + l : count - 1) * stride;
      V h[8];
      leafLanes(symbol, symbolBytes, h);
      for (int w = 0; w < 4; w++) L::store(out.words + w * out.stride + i, h[w]);
    }
  }

  // H(0x01 || left || right): the prefix shifts all words by a byte, so 65 bytes fill nine.
  INLINED void join(const V* left, const V* right, V* h) {
    V m[9];
    m[0] = L::either(L::shiftUp8(left[0]), L::same(1));
    for (int w = 1; w < 4; w++) m[w] = L::either(L::shiftUp8(left[w]), L::shiftDown56(left[w - 1]));
    m[4] = L::either(L::shiftUp8(right[0]), L::shiftDown56(left[3]));
    for (int w = 1; w < 4; w++) m[4 + w] = L::either(L::shiftUp8(right[w]), L::shiftDown56(right[w - 1]));
    m[8] = L::shiftDown56(right[3]);
    compress<9, true, true>(h, m, 65);
  }

  static void joinNeighbours(Planes in, Planes out, size_t count) {
    for (size_t i = 0; i < count; i += L::lanes) {
      V left[4], right[4], h[8];
      for (int w = 0; w < 4; w++) L::loadPairs(in.words + w * in.stride + 2 * i, left[w], right[w]);
      join(left, right, h);
      for (int w = 0; w < 4; w++) L::store(out.words + w * out.stride + i, h[w]);
    }
  }

  static void joinRows(Planes a, Planes b, Planes out, size_t count) {
    for (size_t i = 0; i < count; i += L::lanes) {
      V left[4], right[4], h[8];
      for (int w = 0; w < 4; w++) {
        left[w] = L::load(a.words + w * a.stride + i);
        right[w] = L::load(b.words + w * b.stride + i);
      }
      join(left, right, h);
      for (int w = 0; w < 4; w++) L::store(out.words + w * out.stride + i, h[w]);
    }
  }
};

}  // namespace
}  // namespace floe
