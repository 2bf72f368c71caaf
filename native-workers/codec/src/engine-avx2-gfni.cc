// Compiled for AVX2 and GFNI (see binding.gyp); nothing here runs before `usable` said yes.
#include "engine-of.h"
#include "lanes-avx2.h"
#include "processor.h"

namespace floe {
extern constexpr Engine avx2GfniEngine = engineOf<Avx2Lanes, Avx2Rows<true>>("avx2-gfni", hasAvx2Gfni);
}
