#include "gear.h"

#include <algorithm>

namespace floe {

namespace {

// The `bits` highest bits: they depend on the most bytes.
u64 topMask(int bits) { return bits <= 0 ? 0 : ~u64{0} << (64 - std::min(bits, 64)); }

// First position in [at, end) whose hash has no bit of the mask, or end. The hash goes on where it stopped.
size_t scan(const u8* bytes, size_t at, size_t end, const u64* table, u64 mask, u64& hash) {
  u64 h = hash;
  for (; at + 4 <= end; at += 4) {
    const u64 h1 = (h << 1) + table[bytes[at]];
    const u64 h2 = (h1 << 1) + table[bytes[at + 1]];
    const u64 h3 = (h2 << 1) + table[bytes[at + 2]];
    h = (h3 << 1) + table[bytes[at + 3]];
    if (!(h1 & mask)) return at;
    if (!(h2 & mask)) return at + 1;
    if (!(h3 & mask)) return at + 2;
    if (!(h & mask)) return at + 3;
  }
  for (; at < end; at++) {
    h = (h << 1) + table[bytes[at]];
    if (!(h & mask)) return at;
  }
  hash = h;
  return end;
}

}  // namespace

size_t gearCuts(const u8* bytes, size_t count, const u64* table, GearLimits limits, bool isLast, u32* cuts, size_t room) {
  const int normalBits = 63 - std::countl_zero(static_cast<u64>(limits.normal));
  const u64 strict = topMask(normalBits + 2), loose = topMask(normalBits - 2);
  size_t start = 0, found = 0;
  while (start < count && found < room) {
    const size_t end = std::min(count, start + limits.max);
    const size_t normal = std::min(end, start + limits.normal);
    size_t at = std::min(end, start + limits.min);
    u64 hash = 0;
    at = scan(bytes, at, normal, table, strict, hash);
    if (at == normal) at = scan(bytes, at, end, table, loose, hash);
    if (at < end) at++;  // the cut falls after the byte
    else if (end - start < limits.max && !isLast) break;
    cuts[found++] = static_cast<u32>(at);
    start = at;
  }
  return found;
}

}  // namespace floe
