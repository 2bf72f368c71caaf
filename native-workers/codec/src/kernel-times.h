// What the parts of an encode cost when nothing but arithmetic is in the way: the kernels alone, on memory in the nearest cache. Their sum is the
// floor that a benchmark compares a whole encode with, on the same processor in the same minute.
#pragma once

#include "shape.h"

namespace floe {

// Nanoseconds; the best of several runs.
struct KernelTimes {
  double leaf;        // one leaf of the symbol size
  double inner;       // one inner node
  double columnCode;  // both transforms of one strip of columns
  double rowCode;     // the same for rows
  double readByte;    // from main memory
  double writeByte;   // to main memory
};
KernelTimes timeKernels(const Engine&, const Shape&, size_t symbolBytes);

}  // namespace floe
