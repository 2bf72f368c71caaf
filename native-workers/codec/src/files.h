// Reads files of a held folder with the system's own calls: what the disk's thread does in TypeScript for one file after another, without an object
// and a walk through /proc for each step. Only what is read whole and without trouble is answered; all else is left to the caller, who has the words.
#pragma once

#include "memory.h"

namespace floe {

// Windows has neither held folders nor these calls.
#if !defined(_WIN32)
#define FLOE_FILES 1

using i32 = std::int32_t;
using i64 = std::int64_t;

// One look at a file, each number as it crosses to JavaScript. Times in ns since 1970, held within 64 bits.
struct FileLook {
  u64 mode, links, bytes;
  i64 mtimeNs, ctimeNs;
  u64 device, inode;
};

struct ReadJob {
  int folder;  // a descriptor of it
  const char* name;
  u64 offset, bytesMax;
  const i32* cancel;  // shared; anything but 0 stops early
};

struct FileRead {
  i64 bytes;  // negative: not read
  FileLook before, after;
};

// The looks are from before the first and after the last byte. Links are not followed, and nothing but a regular file is opened.
FileRead readFile(const ReadJob&, u8* into);

#endif

}  // namespace floe
