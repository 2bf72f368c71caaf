#if defined(__aarch64__) || defined(_M_ARM64) || defined(FLOE_SIMDE)
#include "engine-of.h"
#include "lanes-neon.h"
#include "processor.h"

namespace floe {
extern constexpr Engine neonEngine = engineOf<NeonLanes, NeonRows>("neon", hasNeon);
}
#endif
