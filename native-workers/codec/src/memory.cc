#include "memory.h"

#include <new>

#if defined(_WIN32)
#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace floe {

namespace {
constexpr size_t largePage = 2u << 20;

// The part of some memory that consists of whole pages.
struct Pages {
  u8* start;
  size_t bytes;
};

Pages wholePages(u8* start, size_t bytes, size_t page) {
  const auto from = (reinterpret_cast<std::uintptr_t>(start) + page - 1) / page * page;
  const auto to = (reinterpret_cast<std::uintptr_t>(start) + bytes) / page * page;
  return {reinterpret_cast<u8*>(from), to > from ? static_cast<size_t>(to - from) : 0};
}
}  // namespace

void preferLargePages(u8* start, size_t bytes) {
#if defined(__linux__)
  const Pages pages = wholePages(start, bytes, largePage);
  if (pages.bytes > 0) (void)madvise(pages.start, pages.bytes, MADV_HUGEPAGE);  // advice only: small pages work too
#else
  (void)start, (void)bytes;
#endif
}

// Best effort: a system that refuses keeps the pages until the memory is freed.
void discardPages(u8* start, size_t bytes) {
#if defined(_WIN32)
  const Pages pages = wholePages(start, bytes, 4096);
  if (pages.bytes > 0) (void)DiscardVirtualMemory(pages.start, pages.bytes);
#else
  const Pages pages = wholePages(start, bytes, static_cast<size_t>(sysconf(_SC_PAGESIZE)));
#if defined(__linux__)
  constexpr int advice = MADV_DONTNEED;
#else
  constexpr int advice = MADV_FREE;
#endif
  if (pages.bytes > 0) (void)madvise(pages.start, pages.bytes, advice);
#endif
}

// A process that moves buffers of many megabytes between threads must get their memory back when they are freed. glibc's allocator raises its own
// threshold for that as it goes, and then keeps such buffers in the arena of whichever thread freed them; a fixed threshold and few arenas prevent it.
void settleAllocator() {
#if defined(__GLIBC__)
  static const bool settled = [] {
    constexpr int mappedBytes = 1 << 20;
    mallopt(M_MMAP_THRESHOLD, mappedBytes);
    mallopt(M_TRIM_THRESHOLD, mappedBytes);
    mallopt(M_ARENA_MAX, 2);
    return true;
  }();
  (void)settled;
#endif
}

// Small buffers lie scattered in the arenas of whichever threads made them, and stay there when they are freed.
void giveBackFree() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

u8* Block::atLeast(size_t bytes) {
  const size_t wanted = bytes + 2 * slackBytes;
  if (wanted > capacity_) {
    release();
    const bool large = wanted >= largePage / 2;
    const size_t step = large ? largePage : 4096;
    if (wanted > SIZE_MAX - step) throw std::bad_alloc();
    const size_t size = (wanted + step - 1) / step * step;
    const size_t alignment = large ? largePage : 64;
    base_ = static_cast<u8*>(::operator new(size, std::align_val_t(alignment)));
    capacity_ = size;
    alignment_ = alignment;
    if (large) preferLargePages(base_, size);
    // The slack is read by whole vectors before anything is written there.
    std::memset(base_, 0, slackBytes);
    std::memset(base_ + size - slackBytes, 0, slackBytes);
  }
  return base_ + slackBytes;
}

void Block::release() {
  if (base_ != nullptr) ::operator delete(base_, std::align_val_t(alignment_));
  base_ = nullptr;
  capacity_ = 0;
}

Scratch& Scratch::ofThread() {
  thread_local Scratch scratch;
  return scratch;
}

void Scratch::trim() {
  Block* const all[] = {&columns, &strips, &digests, &extension, &rows, &factors};
  size_t kept = 0;
  for (Block* block : all) {
    if (kept + block->capacity() > keptBytesMax) block->release();
    kept += block->capacity();
  }
}

}  // namespace floe
