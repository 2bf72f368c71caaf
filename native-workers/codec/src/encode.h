// A blob to all its slivers and its metadata, in three phases that threads can share: rows, then columns, then the end.
//
// The p x s matrix of symbols (walrus-protocol section 1.3) becomes n x n. Rows are extended first (p of them), then all n columns. Every symbol
// is hashed once, when its column is at hand; the digest goes into the column's tree and into the tree of its row, which grows by one leaf a column.
#pragma once

#include <functional>

#include "merkle.h"
#include "shape.h"

namespace floe {

// Called between pieces of work, a few milliseconds apart; throws Cancelled (or what the caller throws) to end the call.
using Poll = std::function<void()>;

struct EncodeJob {
  const Engine& engine;
  Shape shape;
  size_t symbol;  // bytes
  const u8* blob;
  u64 blobBytes;
  u8* out = nullptr;  // null: metadata only
  Places places;
  // What phases leave for each other: see exchangeBytes.
  u8* exchange;

  EncodeJob(const Engine&, const Shape&, const u8* blob, u64 blobBytes, u8* out, bool systematicInBlob, u8* exchange);

  size_t rowBytes() const { return shape.columns * symbol; }
  // Rows that hold any byte of the blob; the others are zero.
  size_t usedRows() const { return static_cast<size_t>((blobBytes + rowBytes() - 1) / rowBytes()); }
};

// Column roots of all n columns, then for each part the roots of all n rows over the part's columns.
size_t exchangeBytes(size_t shards, unsigned parts);

// Most parts that one blob can be split into: a power of two, each with columns of its own.
constexpr unsigned partsMax = 64;

// `parts` is a power of two. Every part runs each phase once; a phase starts when all parts have done the one before.
void encodeRows(const EncodeJob&, unsigned part, unsigned parts, const Poll&);
void encodeColumns(const EncodeJob&, unsigned part, unsigned parts, const Poll&);
// shards x 64 bytes of sliver hashes by pair, then root hash and blob id.
void encodeFinish(const EncodeJob&, unsigned parts, u8* hashes, u8* root, u8* blobId);

// BLAKE2b-256 of (encoding type, length, root): walrus-protocol section 2.2.
void blobIdOf(u64 blobBytes, const u8* root, u8* blobId);
// Merkle root over the pairs' hashes (64 bytes each).
void rootHashOf(const Engine&, size_t shards, const u8* hashes, u8* root);

}  // namespace floe
