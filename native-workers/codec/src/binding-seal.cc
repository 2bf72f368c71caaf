// Naming and sealing chunks at the Node-API door. A process without the libraries for it does not get these functions.
#include "binding.h"
#include "gear.h"
#include "seal.h"

namespace floe {

namespace {

u32* numbersOf(const Napi::Value& value, size_t& count) {
  return static_cast<u32*>(typedData(value.Env(), value, napi_uint32_array, count));
}

void checkSpan(u64 start, u64 bytes, const Bytes& whole) {
  if (start + bytes > whole.size) refuse("a span lies outside its buffer");
}

// (bytes, runs: start, length and 1 for a file's last run, table, min, normal, max, idKey, cuts, counts, ids, isCancelled). For each run its number of
// chunks goes to `counts`; end offsets within runs and ids go to `cuts` and `ids`.
Napi::Value nameChunks(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Bytes bytes = bytesOf(info[0]);
  size_t runNumbers = 0, entries = 0, room = 0, runs = 0;
  const u32* const run = numbersOf(info[1], runNumbers);
  const u64* const table = static_cast<const u64*>(typedData(info.Env(), info[2], napi_biguint64_array, entries));
  if (entries != 256) refuse("the table needs 256 entries");
  constexpr u64 most = u64{1} << 32;
  const GearLimits limits{numberOf(info[3], most, "no such limit"), numberOf(info[4], most, "no such limit"),
                          numberOf(info[5], most, "no such limit")};
  if (limits.min < 1 || limits.min > limits.normal || limits.normal > limits.max) refuse("limits must be 1 <= min <= normal <= max");
  const KeyedHash names(*hostLibrary(), bytesOf(info[6], chunkKeyBytes, "a key of 32 bytes is needed").data);
  u32* const cuts = numbersOf(info[7], room);
  u32* const counts = numbersOf(info[8], runs);
  if (runNumbers != 3 * runs) refuse("a run has three numbers and a count");
  u8* const ids = bytesOf(info[9], room * chunkIdBytes, "there is not one id for each cut").data;
  Polling polling(info[10]);
  for (const size_t held : {size_t{0}, size_t{9}}) polling.hold(info[held]);
  const Poll poll = polling.poll();
  size_t done = 0;
  for (size_t i = 0; i < runs; i++) {
    const u64 start = run[3 * i], count = run[3 * i + 1];
    checkSpan(start, count, bytes);
    const u8* const from = bytes.data + start;
    const size_t found = gearCuts(from, count, table, limits, run[3 * i + 2] != 0, cuts + done, room - done);
    for (size_t c = 0; c < found; c++) {
      poll();
      const u32 before = c == 0 ? 0 : cuts[done + c - 1];
      names.digest(from + before, cuts[done + c] - before, nullptr, 0, ids + (done + c) * chunkIdBytes);
    }
    counts[i] = static_cast<u32>(found);
    done += found;
  }
  return info.Env().Undefined();
}

// (bytes, spans: start and length, ids, sealKey, nonces, level, out, sealedBytes, isCancelled)
Napi::Value sealAll(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Bytes bytes = bytesOf(info[0]);
  SealJob job{};
  size_t numbers = 0;
  job.plain = bytes.data;
  job.spans = numbersOf(info[1], numbers);
  job.sealedBytes = numbersOf(info[7], job.count);
  if (numbers != 2 * job.count) refuse("a span has two numbers and a length");
  job.ids = bytesOf(info[2], job.count * chunkIdBytes, "there is not one id for each chunk").data;
  job.sealKey = bytesOf(info[3], chunkKeyBytes, "a key of 32 bytes is needed").data;
  job.nonces = bytesOf(info[4], job.count * nonceBytes, "there is not one nonce for each chunk").data;
  job.level = static_cast<int>(numberOf(info[5], 19, "no such compression level"));
  const Bytes out = bytesOf(info[6]);
  job.out = out.data;
  u64 most = 0;
  for (size_t i = 0; i < job.count; i++) {
    checkSpan(job.spans[2 * i], job.spans[2 * i + 1], bytes);
    if (job.spans[2 * i + 1] > INT32_MAX) refuse("a chunk is too large");
    most += job.spans[2 * i + 1] + sealOverheadBytes;
  }
  if (most > out.size) refuse("the output is too small");
  Polling polling(info[8]);
  for (const size_t held : {size_t{0}, size_t{6}}) polling.hold(info[held]);
  sealChunks(*hostLibrary(), job, polling.poll());
  return info.Env().Undefined();
}

// (sealed, id, sealKey, out): whether the tag is the right one
Napi::Value openOne(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Bytes sealed = bytesOf(info[0]);
  if (sealed.size < sealOverheadBytes || sealed.size > INT32_MAX) refuse("a sealed chunk has no such size");
  const Bytes id = bytesOf(info[1], chunkIdBytes, "an id has 32 bytes");
  const Bytes key = bytesOf(info[2], chunkKeyBytes, "a key of 32 bytes is needed");
  const Bytes out = bytesOf(info[3], sealed.size - sealOverheadBytes, "the output has not the size of the body");
  return Napi::Boolean::New(info.Env(), openChunk(*hostLibrary(), {sealed.data, sealed.size, id.data, key.data, out.data}));
}

}  // namespace

void addSealing(Napi::Object& exports) {
  if (hostLibrary() == nullptr) return;
  put<nameChunks>(exports, "nameChunks");
  put<sealAll>(exports, "sealChunks");
  put<openOne>(exports, "openChunk");
}

}  // namespace floe
