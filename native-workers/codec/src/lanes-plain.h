// One message and one byte at a time: the definitions as they are written. Every other engine is tested against this one.
#pragma once

#include "field.h"

namespace floe {
namespace {

struct PlainLanes {
  using V = u64;
  static constexpr size_t lanes = 1;
  static constexpr unsigned group = 1;
  INLINED V same(u64 x) { return x; }
  INLINED V add(V a, V b) { return a + b; }
  INLINED V addWord(V a, const V& word) { return a + word; }
  INLINED V exclusiveOr(V a, V b) { return a ^ b; }
  INLINED V both(V a, V b) { return a & b; }
  INLINED V either(V a, V b) { return a | b; }
  INLINED V rotate32(V a) { return std::rotr(a, 32); }
  INLINED V rotate24(V a) { return std::rotr(a, 24); }
  INLINED V rotate16(V a) { return std::rotr(a, 16); }
  INLINED V rotate63(V a) { return std::rotr(a, 63); }
  INLINED V shiftUp8(V a) { return a << 8; }
  INLINED V shiftDown56(V a) { return a >> 56; }
  INLINED V load(const u64* at) { return *at; }
  INLINED void store(u64* at, V a) { *at = a; }
  INLINED void loadPairs(const u64* at, V& left, V& right) {
    left = at[0];
    right = at[1];
  }
  INLINED void loadWords(V* m, const u8* const* symbol, std::ptrdiff_t shift) { m[0] = loadWord(symbol[0] + shift); }
};

struct PlainRows {
  struct Row {
    u8 low[32], high[32];
  };
  using Sub = u8;
  using Full = Factor;

  INLINED Row load(const u8* at) {
    Row row;
    std::memcpy(&row, at, 64);
    return row;
  }
  INLINED void store(u8* at, const Row& row) { std::memcpy(at, &row, 64); }
  INLINED Row load(const u8* low, const u8* high) {
    Row row;
    std::memcpy(row.low, low, 32);
    std::memcpy(row.high, high, 32);
    return row;
  }
  INLINED void storeLow(u8* at, const Row& row) { std::memcpy(at, row.low, 32); }
  INLINED void storeHigh(u8* at, const Row& row) { std::memcpy(at, row.high, 32); }
  INLINED Row zero() { return Row{}; }
  INLINED Row add(Row a, const Row& b) {
    for (int i = 0; i < 32; i++) {
      a.low[i] ^= b.low[i];
      a.high[i] ^= b.high[i];
    }
    return a;
  }
  // Cantor to tower coordinates, and back: the map is its own inverse.
  INLINED Row turn(const Tables& t, Row a) {
    for (int i = 0; i < 32; i++) a.low[i] ^= t.tower[a.high[i]];
    return a;
  }
  INLINED Sub sub(const Tables&, unsigned factor) { return static_cast<u8>(factor); }
  INLINED Row timesSub(const Tables& t, Row a, Sub factor) {
    for (int i = 0; i < 32; i++) {
      a.low[i] = t.product[factor][a.low[i]];
      a.high[i] = t.product[factor][a.high[i]];
    }
    return a;
  }
  INLINED Full full(const Tables&, Factor factor) { return factor; }
  INLINED Row timesFull(const Tables& t, const Row& a, const Full& f) {
    Row out;
    for (int i = 0; i < 32; i++) {
      out.low[i] = t.product[f.lowFromLow][a.low[i]] ^ t.product[f.lowFromHigh][a.high[i]];
      out.high[i] = t.product[f.highFromLow][a.low[i]] ^ t.product[f.highFromHigh][a.high[i]];
    }
    return out;
  }
};

}  // namespace
}  // namespace floe
