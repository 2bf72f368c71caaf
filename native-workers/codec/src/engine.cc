#include "engine.h"

#include "processor.h"

namespace floe {

#if defined(FLOE_SIMDE)
bool hasAvx2() { return true; }
bool hasAvx2Gfni() { return true; }
bool hasAvx512Gfni() { return true; }
bool hasNeon() { return true; }
#elif defined(__x86_64__)
bool hasAvx2() { return __builtin_cpu_supports("avx2"); }
bool hasAvx2Gfni() { return hasAvx2() && __builtin_cpu_supports("gfni"); }
bool hasAvx512Gfni() {
  return hasAvx2Gfni() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
bool hasNeon() { return false; }
#else
bool hasAvx2() { return false; }
bool hasAvx2Gfni() { return false; }
bool hasAvx512Gfni() { return false; }
bool hasNeon() { return true; }  // part of AArch64
#endif

#if defined(FLOE_SIMDE)
extern const Engine neonEngine;
#endif

const EngineList& allEngines() {
#if defined(FLOE_SIMDE)
  static const EngineList list = {{&avx512GfniEngine, &avx2GfniEngine, &avx2Engine, &neonEngine, &plainEngine}, 5};
#elif defined(__x86_64__) || defined(_M_X64)
  static const EngineList list = {{&avx512GfniEngine, &avx2GfniEngine, &avx2Engine, &plainEngine}, 4};
#elif defined(__aarch64__) || defined(_M_ARM64)
  static const EngineList list = {{&neonEngine, &plainEngine}, 2};
#else
  static const EngineList list = {{&plainEngine}, 1};
#endif
  return list;
}

}  // namespace floe
