// What differs between processors: transforms over strips, moves between natural symbols and strips, and hashing many messages at once.
// All engines compute the same bytes. Each is compiled with its own flags and chosen once, at run time.
//
// A strip holds 32 elements of every position of a codeword: position i is the 64-byte row i, low bytes first, then high bytes, in tower
// coordinates (field.h). Strips are independent of each other; one of 512 positions fills a level-1 cache.
#pragma once

#include "field.h"

namespace floe {

constexpr size_t rowBytes = 64;

// Which bytes of a symbol group a strip takes: `pieces` symbols, `memberStride` apart, give `half` low bytes and after them `half` high bytes
// each. A full 64-byte block of one symbol is {1, 32, any}; the short ends of several symbols share a strip.
struct StripShape {
  unsigned pieces;
  unsigned half;
  size_t memberStride;
};

// Digests in planes: word w of digest i at words[w * stride + i]. `stride` leaves room for whole vectors behind the last digest.
struct Planes {
  u64* words;
  size_t stride;
};

struct Engine {
  const char* name;
  bool (*usable)();

  // Natural symbols to rows [0, count) of a strip and back. Position i of the strip is at `natural + i * positionStride`. Reading passes the
  // end of a symbol by up to 32 bytes; writing restores what it passed over.
  void (*gather)(const StripShape&, const u8* natural, size_t positionStride, size_t count, u8* strip);
  void (*scatter)(const StripShape&, const u8* strip, size_t count, u8* natural, size_t positionStride);

  // Additive FFTs over `size` (a power of two) positions starting at `offset` (a multiple of size). The inverse takes values, of which only the
  // first `used` are not zero; rows from `used` on must hold zeros. Aligned blocks of `done` positions have been transformed already (1: none). The forward
  // one gives the first `wanted` values (others are undefined).
  void (*inverse)(u8* rows, size_t size, size_t used, size_t offset, size_t done);
  void (*forward)(const u8* from, u8* to, size_t size, size_t wanted, size_t offset);
  // to[i] += from[i].
  void (*add)(u8* to, const u8* from, size_t rows);
  // Formal derivative, with the polynomial itself added: row i += row i + 2^b, as it was, for every bit b that i lacks. `size` is a power of two. Only the
  // first `wanted` rows, which is another one, above 2.
  void (*derivative)(u8* rows, size_t size, size_t wanted);
  // Each of `count` rows times its factor.
  void (*scale)(u8* strip, const u32* rows, const Factor* factors, size_t count);

  // Leaf digests H(0x00 || symbol) of `count` symbols, `stride` bytes apart.
  void (*leaves)(const u8* symbols, size_t stride, size_t symbolBytes, size_t count, Planes out);
  // Inner nodes H(0x01 || left || right): out[i] of in[2i], in[2i + 1]; or of left[i], right[i].
  void (*joinNeighbours)(Planes in, Planes out, size_t count);
  void (*joinRows)(Planes left, Planes right, Planes out, size_t count);
};

// Reading vectors may pass the planes' end by this many digests.
constexpr size_t planeSlack = 16;

// In the order of preference, best first; ends with the plain one, which every processor has.
struct EngineList {
  const Engine* engines[6];
  unsigned count;
};
const EngineList& allEngines();

extern const Engine plainEngine;
#if defined(__x86_64__) || defined(_M_X64)
extern const Engine avx2Engine;
extern const Engine avx2GfniEngine;
extern const Engine avx512GfniEngine;
#elif defined(__aarch64__) || defined(_M_ARM64)
extern const Engine neonEngine;
#endif

}  // namespace floe
