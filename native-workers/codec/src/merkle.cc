#include "merkle.h"

#include <algorithm>
#include <memory>

namespace floe {

void digestTo(Planes planes, size_t index, u8* out) {
  for (size_t w = 0; w < 4; w++) storeWord(out + 8 * w, planes.words[w * planes.stride + index]);
}

void digestFrom(const u8* digest, Planes planes, size_t index) {
  for (size_t w = 0; w < 4; w++) planes.words[w * planes.stride + index] = loadWord(digest + 8 * w);
}

namespace {

struct LeafTable {
  u64 words[65536][4];
};

std::unique_ptr<LeafTable> makeLeafTable(const Engine& engine) {
  constexpr size_t chunk = 1024;
  auto table = std::make_unique<LeafTable>();
  std::vector<u64> memory(4 * planeStride(chunk));
  const Planes digests{memory.data(), planeStride(chunk)};
  std::vector<u8> symbols(2 * slackBytes + 2 * chunk);
  for (size_t first = 0; first < 65536; first += chunk) {
    for (size_t i = 0; i < chunk; i++) {
      const u16 symbol = static_cast<u16>(first + i);
      std::memcpy(symbols.data() + slackBytes + 2 * i, &symbol, 2);
    }
    engine.leaves(symbols.data() + slackBytes, 2, 2, chunk, digests);
    for (size_t i = 0; i < chunk; i++) digestTo(digests, i, reinterpret_cast<u8*>(table->words[first + i]));
  }
  return table;
}

constexpr u8 emptyNode[digestBytes] = {};

Planes from(Planes planes, size_t index) { return {planes.words + index, planes.stride}; }

}  // namespace

void leafDigests(const Engine& engine, const u8* symbols, size_t stride, size_t symbolBytes, size_t count, bool manyToCome, Planes out) {
  if (symbolBytes != 2 || !manyToCome) return engine.leaves(symbols, stride, symbolBytes, count, out);
  static const std::unique_ptr<LeafTable> table = makeLeafTable(engine);
  for (size_t i = 0; i < count; i++, symbols += stride) {
    u16 symbol;
    std::memcpy(&symbol, symbols, 2);
    const u64* const digest = table->words[symbol];
    for (size_t w = 0; w < 4; w++) out.words[w * out.stride + i] = digest[w];
  }
}

Planes reduceTree(const Engine& engine, Planes nodes, Planes one, Planes other, size_t count, unsigned levels, const SameRange& same) {
  size_t a = same.from, b = same.to;
  Planes spare = one;
  for (unsigned level = 0; level < levels; level++) {
    if (count % 2 == 1) {
      if (a < b && b == count) {  // the last subtree is not full: no more shortcuts
        for (size_t i = a; i < b; i++) digestFrom(same.nodes + level * digestBytes, nodes, i);
        a = b = 0;
      }
      digestFrom(emptyNode, nodes, count);
      count++;
    }
    const size_t parents = count / 2;
    // Children at the range's ends belong to mixed parents; they must be there.
    const size_t nextA = (a + 1) / 2, nextB = b / 2;
    if (a < b && nextA < nextB) {
      const u8* const child = same.nodes + level * digestBytes;
      if (a % 2 == 1) digestFrom(child, nodes, a);
      if (b % 2 == 1) digestFrom(child, nodes, b - 1);
      // In this order: the first call's vectors may write past their end.
      engine.joinNeighbours(nodes, spare, nextA);
      if (nextB < parents) engine.joinNeighbours(from(nodes, 2 * nextB), from(spare, nextB), parents - nextB);
      a = nextA;
      b = nextB;
    } else {
      for (size_t i = a; i < b; i++) digestFrom(same.nodes + level * digestBytes, nodes, i);
      a = b = 0;
      engine.joinNeighbours(nodes, spare, parents);
    }
    nodes = spare;
    spare = level % 2 == 0 ? other : one;
    count = parents;
  }
  if (a < b) digestFrom(same.nodes + levels * digestBytes, nodes, 0);
  return nodes;
}

Planes Tree::level(unsigned l) { return {nodes_[l].data(), planeStride((count_ >> l) + 2)}; }

Tree::Tree(const Engine& engine, const u8* symbols, size_t symbolBytes, size_t count) : levels_(treeLevels(count)), count_(count) {
  for (unsigned l = 0; l <= levels_; l++) nodes_.emplace_back(4 * planeStride((count >> l) + 2), 0);
  engine.leaves(symbols, symbolBytes, symbolBytes, count, level(0));
  size_t width = count;
  for (unsigned l = 0; l < levels_; l++) {
    if (width % 2 == 1) digestFrom(emptyNode, level(l), width);
    width = (width + 1) / 2;
    engine.joinNeighbours(level(l), level(l + 1), width);
  }
}

void Tree::root(u8* out) const { digestTo(const_cast<Tree*>(this)->level(levels_), 0, out); }

void Tree::proof(size_t index, u8* out) const {
  for (unsigned l = 0; l < levels_; l++) digestTo(const_cast<Tree*>(this)->level(l), (index >> l) ^ 1, out + l * digestBytes);
}

RowTrees::RowTrees(const Engine& engine, u8* memory, size_t rows, unsigned levels, size_t skipFrom, size_t skipTo)
    : engine_(engine), rows_(rows), skipFrom_(skipFrom), skipTo_(skipTo), levels_(levels) {
  // Nodes are joined in place: the surplus of the first part's last vector must fall into the gap.
  if (skipTo - skipFrom < planeSlack) skipFrom_ = skipTo_ = 0;
  const size_t stride = planeStride(rows);
  u64* words = reinterpret_cast<u64*>(memory);
  for (unsigned l = 0; l <= levels + 1; l++, words += 4 * stride) pending_.push_back({words, stride});
  free_ = pending_.back();
}

void RowTrees::join(Planes left, Planes right, Planes out) const {
  if (skipFrom_ < skipTo_) {
    if (skipFrom_ > 0) engine_.joinRows(left, right, out, skipFrom_);
    if (skipTo_ < rows_) engine_.joinRows(from(left, skipTo_), from(right, skipTo_), from(out, skipTo_), rows_ - skipTo_);
    return;
  }
  engine_.joinRows(left, right, out, rows_);
}

void RowTrees::push() {
  // The set bits of `pushed_` are the levels that hold a pending node; adding one carries through them.
  unsigned level = 0;
  for (; pushed_ >> level & 1; level++) join(pending_[level], free_, free_);
  std::swap(pending_[level], free_);
  pushed_++;
}

Planes RowTrees::finish() {
  if (levels_ == 0) return pending_[0];
  const size_t stride = planeStride(rows_);
  std::vector<u64> zeros(4 * stride, 0);
  const Planes empty{zeros.data(), stride};
  Planes node = free_;
  bool carried = false;
  for (unsigned level = 0; level < levels_; level++) {
    const bool pending = pushed_ >> level & 1;
    if (pending) join(pending_[level], carried ? node : empty, node);
    else if (carried) join(node, empty, node);
    carried = carried || pending;
  }
  return carried ? node : pending_[levels_];
}

}  // namespace floe
