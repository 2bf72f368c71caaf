// Back from slivers and symbols: whole blobs, single slivers, and what a sliver proves.
#pragma once

#include "encode.h"

namespace floe {

struct SliverIn {
  u32 index;
  const u8* data;  // stored symbols of the axis
};

// The blob from exactly shape.rows primary or shape.columns secondary slivers with distinct indices below n, in any order.
void decodeBlob(const Engine&, const Shape&, u64 blobBytes, Axis, const std::vector<SliverIn>&, u8* out, const Poll&);

// All n symbols of a sliver, into shards * symbolBytes bytes.
void expandSliver(const Engine&, const Shape&, Axis, const u8* data, size_t symbolBytes, u8* out);

// A sliver from as many crossing symbols as it stores; `index` counts crossing slivers.
void recoverSliver(const Engine&, const Shape&, Axis, size_t symbolBytes, const std::vector<SliverIn>& symbols, u8* out);

void sliverHash(const Engine&, const Shape&, Axis, const u8* data, size_t symbolBytes, u8* digest);
// treeLevels(n) digests.
void symbolProof(const Engine&, const Shape&, Axis, const u8* data, size_t symbolBytes, size_t index, u8* siblings);

}  // namespace floe
