// Compiled for AVX2 (see binding.gyp); nothing here runs before `usable` said yes.
#include "engine-of.h"
#include "lanes-avx2.h"
#include "processor.h"

namespace floe {
extern constexpr Engine avx2Engine = engineOf<Avx2Lanes, Avx2Rows<false>>("avx2", hasAvx2);
}
