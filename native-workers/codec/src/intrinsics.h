// Vector intrinsics of x86. A test build without the hardware maps them to portable code (SIMDe).
#pragma once

#if defined(FLOE_SIMDE)
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx2.h>
#include <simde/x86/avx512.h>
#include <simde/x86/gfni.h>
#else
#include <immintrin.h>
#endif
