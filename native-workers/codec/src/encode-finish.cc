#include "blake2b.h"
#include "encode-parts.h"
#include "lanes-plain.h"

namespace floe {

void blobIdOf(u64 blobBytes, const u8* root, u8* blobId) {
  using Hash = Blake<PlainLanes>;
  constexpr size_t messageBytes = 1 + 8 + digestBytes;
  u8 message[128] = {1};  // encoding type RS2
  std::memcpy(message + 1, &blobBytes, 8);
  std::memcpy(message + 9, root, digestBytes);
  u64 words[16], h[4];
  std::memcpy(words, message, sizeof words);
  Hash::compress<16, true, true>(h, words, messageBytes);
  std::memcpy(blobId, h, digestBytes);
}

void rootHashOf(const Engine& engine, size_t shards, const u8* hashes, u8* root) {
  ScratchLease lease;
  u8* const leaves = lease.scratch.columns.atLeast(shards * 2 * digestBytes);
  std::memcpy(leaves, hashes, shards * 2 * digestBytes);
  Tree(engine, leaves, 2 * digestBytes, shards).root(root);
}

void encodeFinish(const EncodeJob& job, unsigned parts, u8* hashes, u8* root, u8* blobId) {
  const size_t n = job.shape.shards;
  checkParts(n, 0, parts);
  ScratchLease lease;
  const unsigned levels = treeLevels(parts);
  RowTrees rows(job.engine, lease.scratch.digests.atLeast(RowTrees::bytes(n, levels)), n, levels, 0, 0);
  for (unsigned part = 0; part < parts; part++) {
    const Range columns = columnsOfPart(n, part, parts);
    if (columns.from >= columns.to) continue;
    const Planes roots = rows.next();
    for (size_t i = 0; i < n; i++) digestFrom(job.exchange + ((1 + part) * n + i) * digestBytes, roots, i);
    rows.push();
  }
  const Planes roots = rows.finish();
  for (size_t k = 0; k < n; k++) {
    digestTo(roots, k, hashes + 2 * k * digestBytes);
    std::memcpy(hashes + (2 * k + 1) * digestBytes, job.exchange + (n - 1 - k) * digestBytes, digestBytes);
  }
  rootHashOf(job.engine, n, hashes, root);
  blobIdOf(job.blobBytes, root, blobId);
}

}  // namespace floe
