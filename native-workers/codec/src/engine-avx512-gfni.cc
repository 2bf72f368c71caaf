// Compiled for AVX-512 F, BW, VL and GFNI (see binding.gyp); nothing here runs before `usable` said yes.
#include "engine-of.h"
#include "lanes-avx512.h"
#include "processor.h"

namespace floe {
extern constexpr Engine avx512GfniEngine = engineOf<Avx512Lanes, Avx512Rows>("avx512-gfni", hasAvx512Gfni);
}
