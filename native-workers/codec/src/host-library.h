// SHA-256, AES-256-GCM and zstd of the process that the addon is loaded into. Node exports its own copies; called directly they work on memory that is
// there already, and a context serves many chunks, where the JavaScript face makes several objects for each. Only functions whose binary
// interface has been stable for years are used. A process that lacks one of them gets nothing, and the tasks go the JavaScript way.
#pragma once

#include "memory.h"

namespace floe {

struct HostLibrary {
  int (*shaStart)(void* state);
  int (*shaAdd)(void* state, const void* bytes, size_t count);
  int (*shaEnd)(u8* digest, void* state);

  void* (*cipherNew)();
  void (*cipherFree)(void* context);
  const void* (*aes256Gcm)();
  int (*cipherStart)(void* context, const void* cipher, void* engine, const u8* key, const u8* nonce);
  int (*cipherAdd)(void* context, u8* out, int* outBytes, const u8* in, int inBytes);
  int (*cipherEnd)(void* context, u8* out, int* outBytes);
  int (*cipherControl)(void* context, int what, int count, void* value);
  int (*decipherStart)(void* context, const void* cipher, void* engine, const u8* key, const u8* nonce);
  int (*decipherAdd)(void* context, u8* out, int* outBytes, const u8* in, int inBytes);
  int (*decipherEnd)(void* context, u8* out, int* outBytes);

  unsigned (*zstdVersion)();
  void* (*zstdNew)();
  size_t (*zstdFree)(void* context);
  size_t (*zstdSet)(void* context, int parameter, int value);
  size_t (*zstdCompress)(void* context, void* out, size_t outBytes, const void* in, size_t inBytes);
  unsigned (*zstdIsError)(size_t answer);
};

// Null where the process does not have all of them.
const HostLibrary* hostLibrary();

}  // namespace floe
