// What the processor can do. In a test build that emulates the vector instructions, everything.
#pragma once

namespace floe {
bool hasAvx2();
bool hasAvx2Gfni();
bool hasAvx512Gfni();
bool hasNeon();
}  // namespace floe
