// Content-defined chunk boundaries by a gear hash with normalised chunking (Xia et al., "FastCDC", USENIX ATC 2016). Same results as gear.ts.
#pragma once

#include "memory.h"

namespace floe {

struct GearLimits {
  size_t min, normal, max;  // bytes of a chunk
};

// End offsets of complete chunks, at most `room` of them (the rest is left for another call). The bytes behind the last one are a chunk of their
// own only when they are the last of the stream.
size_t gearCuts(const u8* bytes, size_t count, const u64* table, GearLimits limits, bool isLast, u32* cuts, size_t room);

}  // namespace floe
