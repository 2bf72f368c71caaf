// Merkle trees over digests (walrus-protocol section 2.1): inner = H(0x01 || left || right); a level with an odd count above one is completed by
// an empty node of 32 zero bytes.
#pragma once

#include <vector>

#include "engine.h"

namespace floe {

constexpr size_t digestBytes = 32;

// Levels above `leaves` leaves.
static inline unsigned treeLevels(size_t leaves) {
  unsigned levels = 0;
  while ((size_t{1} << levels) < leaves) levels++;
  return levels;
}

// Planes for `count` digests with room for whole vectors; 4 * planeStride words.
static inline size_t planeStride(size_t count) { return (count + 2 * planeSlack + 7) / 8 * 8; }
static inline size_t planeBytes(size_t count) { return 4 * planeStride(count) * 8; }

void digestTo(Planes, size_t index, u8* out);
void digestFrom(const u8* digest, Planes, size_t index);

// Leaf digests of symbols, as Engine::leaves gives them; two-byte symbols of large matrices come from a table of all 65,536 of them, made once a process.
void leafDigests(const Engine&, const u8* symbols, size_t stride, size_t symbolBytes, size_t count, bool manyToCome, Planes out);

// Reduces `count` digests through exactly `levels` levels; the one root is at index 0 of the result (`nodes` itself, `a` or `b`). The digests stay
// as they are; what lies behind them does not. A range [from, to) of leaves may hold one digest (it is not read, but for its ends written): its
// inner nodes are not computed.
struct SameRange {
  size_t from = 0, to = 0;
  const u8* nodes = nullptr;  // 32 bytes for every level: the digest of a full subtree
};
Planes reduceTree(const Engine&, Planes nodes, Planes a, Planes b, size_t count, unsigned levels, const SameRange& same = {});

// All levels of one tree, to answer with a root and proofs.
class Tree {
 public:
  Tree(const Engine&, const u8* symbols, size_t symbolBytes, size_t count);
  void root(u8* out) const;
  // Siblings bottom-up, 32 bytes each; the empty node is zeros.
  void proof(size_t index, u8* out) const;
  unsigned levels() const { return levels_; }

 private:
  unsigned levels_;
  size_t count_;
  std::vector<std::vector<u64>> nodes_;
  Planes level(unsigned l);
};

// The trees of all rows at once, fed a column of leaves at a time: a binary counter of pending nodes.
class RowTrees {
 public:
  static size_t bytes(size_t rows, unsigned levels) { return (levels + 2) * planeBytes(rows); }
  // Rows [skipFrom, skipTo) are not computed.
  RowTrees(const Engine&, u8* memory, size_t rows, unsigned levels, size_t skipFrom, size_t skipTo);
  // Where the caller writes the next column's digests.
  Planes next() const { return free_; }
  void push();
  // Completes the trees with empty nodes. All roots, by row.
  Planes finish();

 private:
  void join(Planes left, Planes right, Planes out) const;

  const Engine& engine_;
  size_t rows_, skipFrom_, skipTo_;
  unsigned levels_;
  u64 pushed_ = 0;
  Planes free_;
  std::vector<Planes> pending_;  // by level; the last one is a spare
};

}  // namespace floe
