// NEON (AArch64): two messages at once, 32 elements in four registers. Written and reasoned; not measured on hardware.
#pragma once

#if defined(FLOE_SIMDE)
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/arm/neon.h>
#else
#include <arm_neon.h>
#endif

#include "field.h"

namespace floe {
namespace {

struct NeonLanes {
  using V = uint64x2_t;
  static constexpr size_t lanes = 2;
  static constexpr unsigned group = 2;
  INLINED V same(u64 x) { return vdupq_n_u64(x); }
  INLINED V add(V a, V b) { return vaddq_u64(a, b); }
  INLINED V addWord(V a, const V& word) { return add(a, word); }
  INLINED V exclusiveOr(V a, V b) { return veorq_u64(a, b); }
  INLINED V both(V a, V b) { return vandq_u64(a, b); }
  INLINED V either(V a, V b) { return vorrq_u64(a, b); }
  INLINED V rotate32(V a) { return vreinterpretq_u64_u32(vrev64q_u32(vreinterpretq_u32_u64(a))); }
  INLINED V rotate24(V a) { return vsriq_n_u64(vshlq_n_u64(a, 40), a, 24); }
  INLINED V rotate16(V a) { return vsriq_n_u64(vshlq_n_u64(a, 48), a, 16); }
  INLINED V rotate63(V a) { return vsriq_n_u64(vaddq_u64(a, a), a, 63); }
  INLINED V shiftUp8(V a) { return vshlq_n_u64(a, 8); }
  INLINED V shiftDown56(V a) { return vshrq_n_u64(a, 56); }
  INLINED V load(const u64* at) { return vreinterpretq_u64_u8(vld1q_u8(reinterpret_cast<const u8*>(at))); }
  INLINED void store(u64* at, V a) { vst1q_u8(reinterpret_cast<u8*>(at), vreinterpretq_u8_u64(a)); }
  INLINED void loadPairs(const u64* at, V& left, V& right) {
    const V a = load(at), b = load(at + 2);
    left = vzip1q_u64(a, b);
    right = vzip2q_u64(a, b);
  }
  INLINED void loadWords(V* m, const u8* const* symbol, std::ptrdiff_t shift) {
    const V a = vreinterpretq_u64_u8(vld1q_u8(symbol[0] + shift)), b = vreinterpretq_u64_u8(vld1q_u8(symbol[1] + shift));
    m[0] = vzip1q_u64(a, b);
    m[1] = vzip2q_u64(a, b);
  }
};

struct NeonRows {
  struct Row {
    uint8x16_t part[4];  // low, low, high, high
  };
  struct Sub {
    uint8x16_t low, high;
  };
  struct Full {
    Sub lowFromLow, lowFromHigh, highFromLow, highFromHigh;
  };

  INLINED Row load(const u8* p) { return {{vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(p + 32), vld1q_u8(p + 48)}}; }
  INLINED Row load(const u8* low, const u8* high) {
    return {{vld1q_u8(low), vld1q_u8(low + 16), vld1q_u8(high), vld1q_u8(high + 16)}};
  }
  INLINED void store(u8* p, const Row& row) {
    storeLow(p, row);
    storeHigh(p + 32, row);
  }
  INLINED void storeLow(u8* p, const Row& row) {
    vst1q_u8(p, row.part[0]);
    vst1q_u8(p + 16, row.part[1]);
  }
  INLINED void storeHigh(u8* p, const Row& row) {
    vst1q_u8(p, row.part[2]);
    vst1q_u8(p + 16, row.part[3]);
  }
  INLINED Row zero() {
    const uint8x16_t none = vdupq_n_u8(0);
    return {{none, none, none, none}};
  }
  INLINED Row add(const Row& a, const Row& b) {
    return {{veorq_u8(a.part[0], b.part[0]), veorq_u8(a.part[1], b.part[1]), veorq_u8(a.part[2], b.part[2]), veorq_u8(a.part[3], b.part[3])}};
  }
  INLINED uint8x16_t times(uint8x16_t a, const Sub& f) {
    return veorq_u8(vqtbl1q_u8(f.low, vandq_u8(a, vdupq_n_u8(15))), vqtbl1q_u8(f.high, vshrq_n_u8(a, 4)));
  }
  INLINED Row turn(const Tables& t, const Row& a) {
    const Sub map{vld1q_u8(t.towerNibble), vld1q_u8(t.towerNibble + 16)};
    return {{veorq_u8(a.part[0], times(a.part[2], map)), veorq_u8(a.part[1], times(a.part[3], map)), a.part[2], a.part[3]}};
  }
  INLINED Sub sub(const Tables& t, unsigned factor) { return {vld1q_u8(t.nibble[factor]), vld1q_u8(t.nibble[factor] + 16)}; }
  INLINED Row timesSub(const Tables&, const Row& a, const Sub& f) {
    return {{times(a.part[0], f), times(a.part[1], f), times(a.part[2], f), times(a.part[3], f)}};
  }
  INLINED Full full(const Tables& t, Factor f) {
    return {sub(t, f.lowFromLow), sub(t, f.lowFromHigh), sub(t, f.highFromLow), sub(t, f.highFromHigh)};
  }
  INLINED Row timesFull(const Tables&, const Row& a, const Full& f) {
    Row out;
    for (int i = 0; i < 2; i++) {
      out.part[i] = veorq_u8(times(a.part[i], f.lowFromLow), times(a.part[2 + i], f.lowFromHigh));
      out.part[2 + i] = veorq_u8(times(a.part[i], f.highFromLow), times(a.part[2 + i], f.highFromHigh));
    }
    return out;
  }
};

}  // namespace
}  // namespace floe
