// An engine from its two sets of primitives: hash lanes and strip rows.
#pragma once

#include "blake2b.h"
#include "transform.h"

namespace floe {
namespace {

template <class Lanes, class Rows>
constexpr Engine engineOf(const char* name, bool (*usable)()) {
  using Hash = Blake<Lanes>;
  using Fft = Transform<Rows>;
  return {name,       usable,    Fft::gather,  Fft::scatter,         Fft::inverse,  Fft::forward,
          Fft::add,   Fft::derivative, Fft::scale, Hash::leaves, Hash::joinNeighbours, Hash::joinRows};
}

}  // namespace
}  // namespace floe
