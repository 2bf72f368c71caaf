#include "engine-of.h"
#include "lanes-plain.h"

namespace floe {
extern constexpr Engine plainEngine = engineOf<PlainLanes, PlainRows>("plain", [] { return true; });
}
