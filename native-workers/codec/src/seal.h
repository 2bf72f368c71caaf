// Names and seals chunks in the caller's memory (docs/formats/chunk.md): the same as native-workers/tasks, without an object for each step.
#pragma once

#include "encode.h"
#include "host-library.h"

namespace floe {

constexpr size_t chunkIdBytes = 32;
constexpr size_t chunkKeyBytes = 32;
constexpr size_t nonceBytes = 12;
constexpr size_t tagBytes = 16;
constexpr size_t sealHeadBytes = 1 + nonceBytes;
constexpr size_t sealOverheadBytes = sealHeadBytes + tagBytes;

// HMAC-SHA-256 under one key: what the key does to the hash is done once.
class KeyedHash {
 public:
  KeyedHash(const HostLibrary&, const u8* key);
  ~KeyedHash();
  KeyedHash(const KeyedHash&) = delete;
  KeyedHash& operator=(const KeyedHash&) = delete;
  // Of `first` and `second`, one after the other.
  void digest(const void* first, size_t firstBytes, const void* second, size_t secondBytes, u8* out) const;

 private:
  // Larger than SHA256_CTX (112 bytes) in every library that has one.
  struct alignas(16) State {
    u8 bytes[256];
  };
  const HostLibrary& library_;
  State inner_, outer_;
};

struct SealJob {
  const u8* plain;
  const u32* spans;  // start and length of each chunk
  size_t count;
  const u8* ids;
  const u8* sealKey;
  const u8* nonces;
  int level;  // of zstd; 0 compresses nothing
  u8* out;    // room for every chunk and its overhead
  u32* sealedBytes;
};

struct OpenJob {
  const u8* sealed;
  size_t sealedBytes;  // of the whole form, no less than its overhead
  const u8* id;
  const u8* sealKey;
  u8* out;  // room for the body
};

// The body of one sealed form, which may be a frame; false when the tag is another. What was written is worth nothing then.
bool openChunk(const HostLibrary&, const OpenJob&);

// Sealed forms one after another from `out` on; their lengths go to `sealedBytes`.
void sealChunks(const HostLibrary&, const SealJob&, const Poll&);

}  // namespace floe
