#include "host-library.h"

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace floe {

namespace {

// The first version whose ZSTD_compress2 is stable.
constexpr unsigned zstdVersionMin = 10400;

void* symbol(const char* name) {
#if defined(_WIN32)
  return reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(nullptr), name));
#else
  return dlsym(RTLD_DEFAULT, name);
#endif
}

template <class Function>
bool find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(symbol(name));
  return function != nullptr;
}

HostLibrary library;

bool findAll() {
  HostLibrary& l = library;
  return find(l.shaStart, "SHA256_Init") && find(l.shaAdd, "SHA256_Update") && find(l.shaEnd, "SHA256_Final") &&
         find(l.cipherNew, "EVP_CIPHER_CTX_new") && find(l.cipherFree, "EVP_CIPHER_CTX_free") && find(l.aes256Gcm, "EVP_aes_256_gcm") &&
         find(l.cipherStart, "EVP_EncryptInit_ex") && find(l.cipherAdd, "EVP_EncryptUpdate") && find(l.cipherEnd, "EVP_EncryptFinal_ex") &&
         find(l.cipherControl, "EVP_CIPHER_CTX_ctrl") && find(l.decipherStart, "EVP_DecryptInit_ex") &&
         find(l.decipherAdd, "EVP_DecryptUpdate") && find(l.decipherEnd, "EVP_DecryptFinal_ex") && find(l.zstdVersion, "ZSTD_versionNumber") && find(l.zstdNew, "ZSTD_createCCtx") &&
         find(l.zstdFree, "ZSTD_freeCCtx") && find(l.zstdSet, "ZSTD_CCtx_setParameter") && find(l.zstdCompress, "ZSTD_compress2") &&
         find(l.zstdIsError, "ZSTD_isError") && l.zstdVersion() >= zstdVersionMin;
}

}  // namespace

const HostLibrary* hostLibrary() {
  static const bool isThere = findAll();
  return isThere ? &library : nullptr;
}

}  // namespace floe
