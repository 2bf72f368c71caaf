#include "seal.h"

#include <algorithm>
#include <cmath>

namespace floe {

namespace {

constexpr u8 codecRaw = 0, codecZstd = 1;
// Below this a frame's header eats what compression could save.
constexpr size_t compressedBytesMin = 64;
// Below this the probe says little and trying costs little.
constexpr size_t probedBytesMin = 1024;
constexpr size_t sampleBytes = 4096, samples = 4;
// From here on one more look for repeats costs little compared with the chunk.
constexpr size_t trialBytesMin = 256 * 1024;
constexpr int trialLevel = 1;

// A frame is kept if it is at most this share of the plaintext: less is not worth the reader's time.
size_t keptBytesMax(size_t plainBytes) { return static_cast<size_t>(static_cast<double>(plainBytes) * 0.97); }

// A store that the compiler may not drop.
void wipe(void* memory, size_t bytes) {
  volatile u8* at = static_cast<volatile u8*>(memory);
  while (bytes-- > 0) *at++ = 0;
}

// One compressor for each thread: making its tables costs more than compressing a small file.
class Compressor {
 public:
  ~Compressor() {
    if (context_ != nullptr) library_->zstdFree(context_);
  }
  // Bytes of the frame; 0 when it would be longer than `roomBytes`.
  size_t compress(const HostLibrary& library, int level, const u8* plain, size_t bytes, u8* room, size_t roomBytes) {
    constexpr int levelParameter = 100;
    if (context_ == nullptr) {
      library_ = &library;
      context_ = library.zstdNew();
      if (context_ == nullptr) throw std::bad_alloc();
    }
    if (library.zstdIsError(library.zstdSet(context_, levelParameter, level))) throw Refused("no such compression level");
    const size_t frame = library.zstdCompress(context_, room, roomBytes, plain, bytes);
    return library.zstdIsError(frame) ? 0 : frame;
  }

 private:
  const HostLibrary* library_ = nullptr;
  void* context_ = nullptr;
};

thread_local Compressor compressor;

// Order-0 entropy, bits a byte. Four counters in turn, so that runs of one byte do not wait for each other.
double entropyBits(const u8* bytes, size_t count) {
  u32 counts[4][256] = {};
  size_t at = 0;
  for (; at + 4 <= count; at += 4)
    for (size_t k = 0; k < 4; k++) counts[k][bytes[at + k]]++;
  for (; at < count; at++) counts[0][bytes[at]]++;
  double sum = 0;
  for (size_t byte = 0; byte < 256; byte++) {
    const double n = static_cast<double>(counts[0][byte] + counts[1][byte] + counts[2][byte] + counts[3][byte]);
    if (n > 0) sum += n * std::log2(n);
  }
  const double whole = static_cast<double>(count);
  return std::log2(whole) - sum / whole;
}

// What random bytes measure at the most: see compression.ts.
double flatBits(size_t bytes) { return 8 - (184 + 6 * 16) / static_cast<double>(bytes) - 0.03; }

bool looksCompressible(const HostLibrary& library, const u8* plain, size_t bytes) {
  if (bytes < probedBytesMin) return bytes >= compressedBytesMin;
  u8 room[samples * sampleBytes];
  const u8* sample = plain;
  const size_t sampled = std::min(bytes, sizeof room);
  if (bytes > sizeof room) {
    const size_t step = (bytes - sampleBytes) / (samples - 1);
    for (size_t i = 0; i < samples; i++) std::memcpy(room + i * sampleBytes, plain + i * step, sampleBytes);
    sample = room;
  }
  if (entropyBits(sample, sampled) < flatBits(sampled)) return true;
  if (bytes < trialBytesMin) return false;
  u8 frame[samples * sampleBytes];
  return compressor.compress(library, trialLevel, sample, sampled, frame, keptBytesMax(sampled)) > 0;
}

// AES-256-GCM with a key schedule and a nonce for each chunk; keys go with the call.
class Cipher {
 public:
  using Start = decltype(HostLibrary::cipherStart);
  // `start`: for sealing or for opening.
  Cipher(const HostLibrary& library, Start start) : library_(library), context_(library.cipherNew()) {
    if (context_ == nullptr) throw std::bad_alloc();
    check(start(context_, library_.aes256Gcm(), nullptr, nullptr, nullptr));
  }
  ~Cipher() { library_.cipherFree(context_); }
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;

  // `from` and `to` are the same or do not overlap.
  void seal(const u8* key, const u8* nonce, const u8* aad, size_t aadBytes, const u8* from, size_t count, u8* to, u8* tag) {
    constexpr int getTag = 0x10;
    int done = 0;
    check(library_.cipherStart(context_, nullptr, nullptr, key, nonce));
    check(library_.cipherAdd(context_, nullptr, &done, aad, static_cast<int>(aadBytes)));
    if (count > 0) check(library_.cipherAdd(context_, to, &done, from, static_cast<int>(count)));
    check(library_.cipherEnd(context_, to + count, &done));
    check(library_.cipherControl(context_, getTag, static_cast<int>(tagBytes), tag));
  }

  // Whether the tag is the right one.
  bool open(const u8* key, const u8* nonce, const u8* aad, size_t aadBytes, const u8* from, size_t count, const u8* tag, u8* to) {
    constexpr int setTag = 0x11;
    int done = 0;
    u8 expected[tagBytes];
    std::memcpy(expected, tag, tagBytes);
    check(library_.decipherStart(context_, nullptr, nullptr, key, nonce));
    check(library_.decipherAdd(context_, nullptr, &done, aad, static_cast<int>(aadBytes)));
    if (count > 0) check(library_.decipherAdd(context_, to, &done, from, static_cast<int>(count)));
    check(library_.cipherControl(context_, setTag, static_cast<int>(tagBytes), expected));
    return library_.decipherEnd(context_, to + count, &done) == 1;
  }

 private:
  static void check(int answer) {
    if (answer != 1) throw Refused("the cipher failed");
  }
  const HostLibrary& library_;
  void* const context_;
};

}  // namespace

KeyedHash::KeyedHash(const HostLibrary& library, const u8* key) : library_(library) {
  constexpr size_t blockBytes = 64;
  u8 block[blockBytes] = {};
  std::memcpy(block, key, chunkKeyBytes);
  for (u8& byte : block) byte ^= 0x36;
  library.shaStart(inner_.bytes);
  library.shaAdd(inner_.bytes, block, blockBytes);
  for (u8& byte : block) byte ^= 0x36 ^ 0x5c;
  library.shaStart(outer_.bytes);
  library.shaAdd(outer_.bytes, block, blockBytes);
  wipe(block, blockBytes);
}

KeyedHash::~KeyedHash() {
  wipe(&inner_, sizeof inner_);
  wipe(&outer_, sizeof outer_);
}

void KeyedHash::digest(const void* first, size_t firstBytes, const void* second, size_t secondBytes, u8* out) const {
  State state = inner_;
  library_.shaAdd(state.bytes, first, firstBytes);
  if (secondBytes > 0) library_.shaAdd(state.bytes, second, secondBytes);
  library_.shaEnd(out, state.bytes);
  state = outer_;
  library_.shaAdd(state.bytes, out, chunkIdBytes);
  library_.shaEnd(out, state.bytes);
}

namespace {

constexpr char label[] = "floe chunk key v1";

}  // namespace

bool openChunk(const HostLibrary& library, const OpenJob& job) {
  Cipher cipher(library, library.decipherStart);
  u8 key[chunkKeyBytes];
  u8 aad[1 + chunkIdBytes];
  const size_t bodyBytes = job.sealedBytes - sealOverheadBytes;
  const u8* const body = job.sealed + sealHeadBytes;
  aad[0] = job.sealed[0];
  std::memcpy(aad + 1, job.id, chunkIdBytes);
  KeyedHash(library, job.sealKey).digest(label, sizeof label - 1, job.id, chunkIdBytes, key);
  const bool isGenuine = cipher.open(key, job.sealed + 1, aad, sizeof aad, body, bodyBytes, body + bodyBytes, job.out);
  wipe(key, sizeof key);
  return isGenuine;
}

void sealChunks(const HostLibrary& library, const SealJob& job, const Poll& poll) {
  const KeyedHash chunkKeys(library, job.sealKey);
  Cipher cipher(library, library.cipherStart);
  u8 key[chunkKeyBytes];
  u8 aad[1 + chunkIdBytes];
  u8* at = job.out;
  for (size_t i = 0; i < job.count; i++) {
    poll();
    const u8* const plain = job.plain + job.spans[2 * i];
    const size_t bytes = job.spans[2 * i + 1];
    const u8* const id = job.ids + i * chunkIdBytes;
    const u8* const nonce = job.nonces + i * nonceBytes;
    u8* const body = at + sealHeadBytes;
    // The frame is made where it is sealed.
    const size_t frame = job.level > 0 && looksCompressible(library, plain, bytes)
                             ? compressor.compress(library, job.level, plain, bytes, body, keptBytesMax(bytes))
                             : 0;
    const size_t bodyBytes = frame > 0 ? frame : bytes;
    at[0] = frame > 0 ? codecZstd : codecRaw;
    std::memcpy(at + 1, nonce, nonceBytes);
    aad[0] = at[0];
    std::memcpy(aad + 1, id, chunkIdBytes);
    chunkKeys.digest(label, sizeof label - 1, id, chunkIdBytes, key);
    cipher.seal(key, nonce, aad, sizeof aad, frame > 0 ? body : plain, bodyBytes, body, body + bodyBytes);
    job.sealedBytes[i] = static_cast<u32>(bodyBytes + sealOverheadBytes);
    at += bodyBytes + sealOverheadBytes;
  }
  wipe(key, sizeof key);
}

}  // namespace floe
