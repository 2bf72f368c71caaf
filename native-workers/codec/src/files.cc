#include "files.h"

#if defined(FLOE_FILES)

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace floe {

namespace {

// Bytes between two looks at the cancel flag.
constexpr u64 stepBytes = 8 << 20;

class Opened {
 public:
  explicit Opened(int number) : number_(number) {}
  ~Opened() {
    if (number_ >= 0) close(number_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

// Without touching the access time where the system allows it; only the owner may ask for that.
int openQuietly(int folder, const char* name) {
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
#if defined(O_NOATIME)
  const int quiet = openat(folder, name, flags | O_NOATIME);
  if (quiet >= 0 || errno != EPERM) return quiet;
#endif
  return openat(folder, name, flags);
}

i64 nsOf(const timespec& time) {
  i64 ns = 0;
  if (!__builtin_mul_overflow(static_cast<i64>(time.tv_sec), i64{1'000'000'000}, &ns) &&
      !__builtin_add_overflow(ns, static_cast<i64>(time.tv_nsec), &ns))
    return std::max(ns, -INT64_MAX);
  return time.tv_sec < 0 ? -INT64_MAX : INT64_MAX;
}

FileLook lookOf(const struct stat& seen) {
#if defined(__APPLE__)
  const timespec &changed = seen.st_mtimespec, &touched = seen.st_ctimespec;
#else
  const timespec &changed = seen.st_mtim, &touched = seen.st_ctim;
#endif
  return {seen.st_mode,  seen.st_nlink, static_cast<u64>(seen.st_size), nsOf(changed), nsOf(touched), static_cast<u64>(seen.st_dev),
          seen.st_ino};
}

}  // namespace

FileRead readFile(const ReadJob& job, u8* into) {
  FileRead read{-1, {}, {}};
  struct stat seen;
  // Opening a device or pipe can do something; so look first. A swap after this look is caught by the look at the open file.
  if (fstatat(job.folder, job.name, &seen, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(seen.st_mode)) return read;
  const Opened file(openQuietly(job.folder, job.name));
  if (file.number() < 0 || fstat(file.number(), &seen) != 0 || !S_ISREG(seen.st_mode)) return read;
  read.before = lookOf(seen);
  const u64 size = read.before.bytes;
  const u64 wanted = size > job.offset ? std::min(job.bytesMax, size - job.offset) : 0;
  u64 done = 0;
  while (done < wanted && __atomic_load_n(job.cancel, __ATOMIC_SEQ_CST) == 0) {
    const ssize_t count = pread(file.number(), into + done, std::min(stepBytes, wanted - done), static_cast<off_t>(job.offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return read;
    if (count == 0) break;
    done += static_cast<u64>(count);
  }
  if (fstat(file.number(), &seen) != 0) return read;
  read.after = lookOf(seen);
  read.bytes = static_cast<i64>(done);
  return read;
}

}  // namespace floe

#endif
