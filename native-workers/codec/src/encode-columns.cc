#include <algorithm>

#include "encode-parts.h"

namespace floe {

namespace {

// One part's work on columns: see encodeColumns.
class ColumnWork {
 public:
  ColumnWork(const EncodeJob& job, Range mine, unsigned levels, const Poll& poll)
      : job_(job), poll_(poll), source_(job), extension_(extensionOf(job)), mine_(mine), n_(job.shape.shards), p_(job.shape.rows), L_(job.symbol),
        used_(source_.used()), group_(groupSize(job, n_)), pitch_(group_ * L_),
        matrix_(lease_.scratch.columns.atLeast(n_ * pitch_)), strips_(lease_.scratch.strips.atLeast(job.shape.ofColumns.encodeBytes())),
        treeBytes_(planeBytes(n_)), digests_(lease_.scratch.digests.atLeast(2 * treeBytes_ + RowTrees::bytes(n_, levels))),
        trees_(job.engine, digests_ + 2 * treeBytes_, n_, levels, std::min(used_ + 1, p_), p_) {
    // Rows of zeros keep their zeros from group to group.
    std::memset(matrix_ + used_ * pitch_, 0, (p_ - used_) * pitch_);
    zeroNodes();
  }

  void run() {
    const size_t s = job_.shape.columns;
    for (size_t j = mine_.from; j < mine_.to;) {
      const size_t count = std::min(group_, (j < s ? std::min(s, mine_.to) : mine_.to) - j);
      fill(j, count);
      if (job_.out != nullptr) giveSecondaries(j, count);
      extend(count);
      for (size_t c = 0; c < count; c++) {
        hash(j + c, c);
        poll_();
      }
      if (job_.out != nullptr && j < s) givePrimaries(j, count);
      j += count;
    }
  }

  // Roots of all rows over the columns of this part. Of the rows of zeros, the first stands for all.
  Planes finish() {
    const Planes roots = trees_.finish();
    u8 root[digestBytes];
    if (used_ < p_) digestTo(roots, used_, root);
    for (size_t r = used_ + 1; r < p_; r++) digestFrom(root, roots, r);
    return roots;
  }

 private:
  // Digests of full subtrees of zero symbols, by level.
  void zeroNodes() {
    if (used_ >= p_) return;
    const unsigned levels = treeLevels(n_);
    zeroNodes_.resize((levels + 1) * digestBytes);
    const Planes nodes = planes(0), above = planes(1);
    job_.engine.leaves(matrix_ + used_ * pitch_, 0, L_, 1, nodes);
    digestTo(nodes, 0, zeroNodes_.data());
    for (unsigned l = 0; l < levels; l++) {
      digestFrom(zeroNodes_.data() + l * digestBytes, nodes, 0);
      digestFrom(zeroNodes_.data() + l * digestBytes, nodes, 1);
      job_.engine.joinNeighbours(nodes, above, 1);
      digestTo(above, 0, zeroNodes_.data() + (l + 1) * digestBytes);
    }
  }

  Planes planes(size_t which) const { return {reinterpret_cast<u64*>(digests_ + which * treeBytes_), planeStride(n_)}; }

  // The group's source symbols, row by row, from the blob or from the extended rows.
  void fill(size_t j, size_t count) {
    if (j < job_.shape.columns) {
      for (size_t r = 0; r < used_; r++) std::memcpy(matrix_ + r * pitch_, source_.row(r) + j * L_, count * L_);
      return;
    }
    for (size_t c = 0; c < count; c++) {
      const u8* column = extension_.column(j + c);
      for (size_t r = 0; r < used_; r++) copySymbol(matrix_ + r * pitch_ + c * L_, column + r * L_, L_);
    }
  }

  void giveSecondaries(size_t j, size_t count) {
    for (size_t c = 0; c < count; c++) {
      job_.places.frame(job_.out, Axis::secondary, j + c);
      if (j >= job_.shape.columns) continue;  // its data is where the row phase wrote it
      u8* const data = job_.out + job_.places.data(Axis::secondary, j + c);
      for (size_t r = 0; r < used_; r++) copySymbol(data + r * L_, matrix_ + r * pitch_ + c * L_, L_);
      std::memset(data + used_ * L_, 0, (p_ - used_) * L_);
    }
  }

  void extend(size_t count) {
    if (n_ == p_) return;
    if (used_ == 0) {
      std::memset(matrix_ + p_ * pitch_, 0, (n_ - p_) * pitch_);
      return;
    }
    for (const PlacedShape& shape : stripShapes(L_, count, L_)) {
      encodeStrip(job_.engine, job_.shape.ofColumns, shape, {matrix_, pitch_}, used_, shape, {matrix_ + p_ * pitch_, pitch_}, strips_);
      poll_();
    }
  }

  void hash(size_t column, size_t member) {
    const Planes leaves = trees_.next();
    u8* const root = job_.exchange + column * digestBytes;
    const u8* const symbols = matrix_ + member * L_;
    if (isZero(symbols)) {
      // A column of zeros is all zeros, parity too, and so is its tree.
      for (size_t r = 0; r < n_; r++) digestFrom(zeroNodes_.data(), leaves, r);
      if (!zeroRootKnown_) treeRoot(leaves, {0, n_, zeroNodes_.data()}, zeroRoot_);
      zeroRootKnown_ = true;
      std::memcpy(root, zeroRoot_, digestBytes);
    } else {
      hashRows(symbols, 0, used_, leaves);
      if (used_ < p_) digestFrom(zeroNodes_.data(), leaves, used_);
      hashRows(symbols, p_, n_, leaves);
      treeRoot(leaves, used_ < p_ ? SameRange{used_, p_, zeroNodes_.data()} : SameRange{}, root);
    }
    trees_.push();
  }

  // Ascending, because vectors write past their end; in pieces, because large symbols take long.
  void hashRows(const u8* symbols, size_t from, size_t to, Planes leaves) {
    const size_t step = std::max<size_t>(16, (4u << 20) / L_);
    for (size_t r = from; r < to; r += step) {
      const size_t count = std::min(step, to - r);
      leafDigests(job_.engine, symbols + r * pitch_, pitch_, L_, count, n_ >= 256, {leaves.words + r, leaves.stride});
      if (r + count < to) poll_();
    }
  }

  bool isZero(const u8* symbols) const {
    if (zeroNodes_.empty()) return false;  // no padding rows: not worth a look
    for (size_t r = 0; r < used_; r++)
      for (size_t i = 0; i < L_; i++)
        if (symbols[r * pitch_ + i] != 0) return false;
    return true;
  }

  void treeRoot(Planes leaves, const SameRange& same, u8* root) {
    digestTo(reduceTree(job_.engine, leaves, planes(0), planes(1), n_, treeLevels(n_), same), 0, root);
  }

  void givePrimaries(size_t j, size_t count) {
    for (size_t i = p_; i < n_; i++)
      copySymbol(job_.out + job_.places.data(Axis::primary, i) + j * L_, matrix_ + i * pitch_, count * L_);
  }

  const EncodeJob& job_;
  const Poll& poll_;
  ScratchLease lease_;
  SourceRows source_;
  Extension extension_;
  Range mine_;
  size_t n_, p_, L_, used_, group_, pitch_;
  u8* matrix_;
  u8* strips_;
  size_t treeBytes_;
  u8* digests_;
  RowTrees trees_;
  std::vector<u8> zeroNodes_;
  u8 zeroRoot_[digestBytes];
  bool zeroRootKnown_ = false;
};

}  // namespace

void encodeColumns(const EncodeJob& job, unsigned part, unsigned parts, const Poll& poll) {
  const size_t n = job.shape.shards;
  checkParts(n, part, parts);
  const Range mine = columnsOfPart(n, part, parts);
  if (mine.from >= mine.to) return;
  const unsigned levels = treeLevels(n) - treeLevels(parts);
  if (job.out != nullptr && part == 0)
    for (size_t i = job.shape.rows; i < n; i++) job.places.frame(job.out, Axis::primary, i);
  ColumnWork work(job, mine, levels, poll);
  work.run();
  const Planes roots = work.finish();
  u8* const to = job.exchange + (1 + part) * n * digestBytes;
  for (size_t i = 0; i < n; i++) digestTo(roots, i, to + i * digestBytes);
}

}  // namespace floe
