// Words, unaligned little-endian access, and the scratch memory of a thread: pooled between calls, on large pages where the system has them,
// and given back when it has grown past its bound.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace floe {

// Kernels are built from small functions that must vanish: a vector that goes through memory costs more than the work on it.
#if defined(_MSC_VER)
#define FORCED __forceinline
#define SEPARATE __declspec(noinline)
#else
#define FORCED inline __attribute__((always_inline))
#define SEPARATE __attribute__((noinline))
#endif
#define INLINED static FORCED

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using std::size_t;

static_assert(std::endian::native == std::endian::little, "BLAKE2b words and BCS integers are read in place");

static inline u64 loadWord(const u8* at) {
  u64 word;
  std::memcpy(&word, at, 8);
  return word;
}

static inline void storeWord(u8* at, u64 word) { std::memcpy(at, &word, 8); }

// Kernels read whole vectors: this many bytes past (and a few before) what they were given must be readable scratch.
constexpr size_t slackBytes = 128;

// Makes freed large buffers go back to the system; once a process, when the addon is loaded.
void settleAllocator();

// Gives memory that was freed back to the system, wherever it lies. Milliseconds.
void giveBackFree();

// Advice for large memory that is about to be filled: large pages, where the system has them.
void preferLargePages(u8* start, size_t bytes);
// Returns the whole pages of some memory to the system. What was in them is lost; the memory stays usable.
void discardPages(u8* start, size_t bytes);

// One growing block of memory. Growing forgets the contents.
class Block {
 public:
  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { release(); }

  // At least `bytes` of memory, 64-byte aligned, with slack behind it.
  u8* atLeast(size_t bytes);
  void release();
  size_t capacity() const { return capacity_; }

 private:
  u8* base_ = nullptr;
  size_t capacity_ = 0;
  size_t alignment_ = 0;
};

// What one call of the codec works in.
struct Scratch {
  Block columns;    // natural symbols of a group of codewords, one matrix row after the other
  Block strips;     // planar symbols inside the transforms
  Block digests;    // trees of the group and the pending nodes of the row trees
  Block extension;  // row extensions when there is no output to hold them
  Block rows;       // zero-padded copies of the rows at the end of the blob
  Block factors;    // locator values of an erasure pattern

  // The calling thread's own. Freed with the thread.
  static Scratch& ofThread();
  // Keeps at most this much between calls.
  static constexpr size_t keptBytesMax = 32u << 20;
  void trim();
  unsigned leases = 0;
};

// Trims the thread's scratch at the end of the outermost call, also when it throws.
struct ScratchLease {
  Scratch& scratch = Scratch::ofThread();
  ScratchLease() { scratch.leases++; }
  ScratchLease(const ScratchLease&) = delete;
  ScratchLease& operator=(const ScratchLease&) = delete;
  ~ScratchLease() {
    if (--scratch.leases == 0) scratch.trim();
  }
};

}  // namespace floe
