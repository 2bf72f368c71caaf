// The Node-API door. Everything that comes through it is checked here: types, lengths, indices; what does not fit is a JavaScript error with code
// FLOE_REFUSED, a cancelled call one with code FLOE_CANCELLED. The addon keeps no JavaScript state, so every thread may load it.
#include "binding.h"
#include "gear.h"
#include "kernel-times.h"
#include "memory.h"
#include "sliver.h"

using namespace floe;

namespace {

const Engine& engineOf(const Napi::Value& value) {
  const EngineList& list = allEngines();
  const Engine* engine = list.engines[numberOf(value, list.count - 1, "no such engine")];
  if (!engine->usable()) refuse("this processor lacks what the engine needs");
  return *engine;
}

Shape shapeOf(const Napi::Value& value) { return Shape::of(numberOf(value, 65535, "a number of shards between 1 and 65535 is needed")); }

Axis axisOf(const Napi::Value& value) { return numberOf(value, 1, "no such axis") == 0 ? Axis::primary : Axis::secondary; }

Napi::Value engines(const Napi::CallbackInfo& info) {
  const EngineList& list = allEngines();
  Napi::Array all = Napi::Array::New(info.Env(), list.count);
  for (unsigned i = 0; i < list.count; i++) {
    Napi::Object one = Napi::Object::New(info.Env());
    one.Set("name", list.engines[i]->name);
    one.Set("usable", list.engines[i]->usable());
    all.Set(i, one);
  }
  return all;
}

// (shards, bytes) -> bytes of a blob's symbol.
Napi::Value symbolBytesOf(const Napi::CallbackInfo& info) {
  const u64 bytes = numberOf(info[1], u64{1} << 53, "a length is needed");
  return Napi::Number::New(info.Env(), static_cast<double>(shapeOf(info[0]).symbolBytes(bytes)));
}

EncodeJob jobOf(const Napi::CallbackInfo& info, u8* exchange) {
  const Engine& engine = engineOf(info[0]);
  const Shape shape = shapeOf(info[1]);
  const Bytes blob = bytesOf(info[2]);
  const bool metadataOnly = info[3].IsNull() || info[3].IsUndefined();
  EncodeJob job(engine, shape, blob.data, blob.size, nullptr, flagOf(info[4]), exchange);
  if (!metadataOnly) job.out = bytesOf(info[3], job.places.bytes(), "the output has not the size of all slivers").data;
  return job;
}

Polling pollingOf(const Napi::CallbackInfo& info, size_t at) {
  Polling polling(info[at]);
  polling.hold(info[2]);
  if (!info[3].IsNull() && !info[3].IsUndefined()) polling.hold(info[3]);
  return polling;
}

// summary: shards x 64 bytes of hashes, root hash, blob id.
void finish(const EncodeJob& job, unsigned parts, u8* summary) {
  u8* const root = summary + job.shape.shards * 64;
  encodeFinish(job, parts, summary, root, root + digestBytes);
}

// (engine, shards, blob, out | null, systematicInBlob, summary, isCancelled)
Napi::Value encode(const Napi::CallbackInfo& info) {
  const Busy lock;
  std::vector<u8> exchange;
  EncodeJob job = jobOf(info, nullptr);
  exchange.resize(exchangeBytes(job.shape.shards, 1));
  job.exchange = exchange.data();
  const Bytes summary = bytesOf(info[5], job.shape.shards * 64 + 64, "the summary has not the size of the metadata");
  Polling polling = pollingOf(info, 6);
  polling.hold(info[5]);
  const Poll poll = polling.poll();
  if (job.out != nullptr) preferLargePages(job.out, job.places.bytes());
  ScratchLease lease;
  encodeRows(job, 0, 1, poll);
  encodeColumns(job, 0, 1, poll);
  finish(job, 1, summary.data);
  return info.Env().Undefined();
}

// (engine, shards, blob, out, systematicInBlob, exchange, phase, part, parts, isCancelled)
Napi::Value encodePart(const Napi::CallbackInfo& info) {
  const Busy lock;
  EncodeJob job = jobOf(info, nullptr);
  if (job.out == nullptr) refuse("parts need an output");
  const unsigned parts = static_cast<unsigned>(numberOf(info[8], partsMax, "too many parts"));
  const unsigned part = static_cast<unsigned>(numberOf(info[7], partsMax, "no such part"));
  const u64 phase = numberOf(info[6], 1, "no such phase");
  job.exchange = bytesOf(info[5], exchangeBytes(job.shape.shards, parts), "the exchange has another size").data;
  Polling polling = pollingOf(info, 9);
  polling.hold(info[5]);
  if (phase == 0) encodeRows(job, part, parts, polling.poll());
  else encodeColumns(job, part, parts, polling.poll());
  return info.Env().Undefined();
}

// (engine, shards, blobBytes, parts, exchange, summary)
Napi::Value encodeEnd(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Engine& engine = engineOf(info[0]);
  const Shape shape = shapeOf(info[1]);
  const u64 blobBytes = numberOf(info[2], shape.blobBytesMax(), "the blob is larger than so many shards can hold");
  const unsigned parts = static_cast<unsigned>(numberOf(info[3], partsMax, "too many parts"));
  const Bytes exchange = bytesOf(info[4], exchangeBytes(shape.shards, parts), "the exchange has another size");
  const Bytes summary = bytesOf(info[5], shape.shards * 64 + 64, "the summary has not the size of the metadata");
  const EncodeJob job(engine, shape, nullptr, blobBytes, nullptr, false, exchange.data);
  finish(job, parts, summary.data);
  return info.Env().Undefined();
}

// (engine, shards, blobBytes, hashes, root and blob id)
Napi::Value identify(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Shape shape = shapeOf(info[1]);
  const u64 blobBytes = numberOf(info[2], shape.blobBytesMax(), "the blob is larger than so many shards can hold");
  const Bytes hashes = bytesOf(info[3], shape.shards * 64, "the hashes have not the size of the metadata");
  const Bytes out = bytesOf(info[4], 64, "64 bytes are needed");
  rootHashOf(engineOf(info[0]), shape.shards, hashes.data, out.data);
  blobIdOf(blobBytes, out.data, out.data + digestBytes);
  return info.Env().Undefined();
}

// Exactly `count` slivers or symbols with distinct indices below n, each of `size` bytes.
std::vector<SliverIn> sliversOf(const Napi::Value& indices, const Napi::Value& datas, const Shape& shape, size_t count, size_t size,
                                Polling* polling) {
  size_t length = 0;
  const u32* index = static_cast<const u32*>(typedData(indices.Env(), indices, napi_uint32_array, length));
  if (!datas.IsArray()) refuse("a list of slivers is needed");
  const Napi::Array list = datas.As<Napi::Array>();
  if (length != count || list.Length() != count) refuse("another number of slivers is needed");
  std::vector<u8> seen(shape.shards, 0);
  std::vector<SliverIn> all;
  for (u32 i = 0; i < count; i++) {
    const u32 at = index[i];
    if (at >= shape.shards) refuse("a sliver index is beyond the last shard");
    if (seen[at]++) refuse("a sliver index comes twice");
    const Napi::Value data = list.Get(i);
    all.push_back({at, bytesOf(data, size, "a sliver has the wrong size").data});
    if (polling != nullptr) polling->hold(data);
  }
  return all;
}

// (engine, shards, blobBytes, axis, indices, datas, out, isCancelled)
Napi::Value decode(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Engine& engine = engineOf(info[0]);
  const Shape shape = shapeOf(info[1]);
  const u64 blobBytes = numberOf(info[2], shape.blobBytesMax(), "the blob is larger than so many shards can hold");
  const Axis axis = axisOf(info[3]);
  const Axis crossing = axis == Axis::primary ? Axis::secondary : Axis::primary;
  Polling polling(info[7]);
  const size_t size = shape.stored(axis) * shape.symbolBytes(blobBytes);
  const auto slivers = sliversOf(info[4], info[5], shape, shape.stored(crossing), size, &polling);
  const Bytes out = bytesOf(info[6], blobBytes, "the output has not the size of the blob");
  polling.hold(info[6]);
  decodeBlob(engine, shape, blobBytes, axis, slivers, out.data, polling.poll());
  return info.Env().Undefined();
}

size_t symbolBytesOf(const Shape& shape, Axis axis, Bytes data) {
  const size_t stored = shape.stored(axis), symbol = data.size / stored;
  if (symbol == 0 || symbol > 65534 || symbol % 2 != 0 || symbol * stored != data.size) refuse("a sliver has the wrong size");
  return symbol;
}

// (engine, shards, axis, data, out)
Napi::Value expand(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Shape shape = shapeOf(info[1]);
  const Axis axis = axisOf(info[2]);
  const Bytes data = bytesOf(info[3]);
  const size_t symbol = symbolBytesOf(shape, axis, data);
  const Bytes out = bytesOf(info[4], shape.shards * symbol, "the output has not the size of the expanded sliver");
  expandSliver(engineOf(info[0]), shape, axis, data.data, symbol, out.data);
  return info.Env().Undefined();
}

// (engine, shards, axis, data, digest)
Napi::Value hashSliver(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Shape shape = shapeOf(info[1]);
  const Axis axis = axisOf(info[2]);
  const Bytes data = bytesOf(info[3]);
  sliverHash(engineOf(info[0]), shape, axis, data.data, symbolBytesOf(shape, axis, data), bytesOf(info[4], digestBytes, "32 bytes").data);
  return info.Env().Undefined();
}

// (engine, shards, axis, data, index, siblings)
Napi::Value prove(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Shape shape = shapeOf(info[1]);
  const Axis axis = axisOf(info[2]);
  const Bytes data = bytesOf(info[3]);
  const size_t symbol = symbolBytesOf(shape, axis, data);
  const u64 index = numberOf(info[4], shape.shards - 1, "a symbol index is beyond the last shard");
  const Bytes out = bytesOf(info[5], treeLevels(shape.shards) * digestBytes, "the proof has another size");
  symbolProof(engineOf(info[0]), shape, axis, data.data, symbol, index, out.data);
  return info.Env().Undefined();
}

// (engine, shards, axis, symbolBytes, indices, datas, out)
Napi::Value recover(const Napi::CallbackInfo& info) {
  const Busy lock;
  const Shape shape = shapeOf(info[1]);
  const Axis axis = axisOf(info[2]);
  const size_t symbol = numberOf(info[3], 65534, "no such symbol size");
  if (symbol == 0 || symbol % 2 != 0) refuse("no such symbol size");
  const size_t stored = shape.stored(axis);
  const auto symbols = sliversOf(info[4], info[5], shape, stored, symbol, nullptr);
  const Bytes out = bytesOf(info[6], stored * symbol, "the output has not the size of the sliver");
  recoverSliver(engineOf(info[0]), shape, axis, symbol, symbols, out.data);
  return info.Env().Undefined();
}

// (bytes, table, min, normal, max, isLast, cuts) -> number of cuts
Napi::Value findCuts(const Napi::CallbackInfo& info) {
  const Bytes bytes = bytesOf(info[0]);
  if (bytes.size > UINT32_MAX) refuse("at most 4 GiB at once");
  size_t entries = 0, room = 0;
  const u64* table = static_cast<const u64*>(typedData(info.Env(), info[1], napi_biguint64_array, entries));
  if (entries != 256) refuse("the table needs 256 entries");
  constexpr u64 most = u64{1} << 32;
  const GearLimits limits{numberOf(info[2], most, "no such limit"), numberOf(info[3], most, "no such limit"),
                          numberOf(info[4], most, "no such limit")};
  if (limits.min < 1 || limits.min > limits.normal || limits.normal > limits.max) refuse("limits must be 1 <= min <= normal <= max");
  u32* cuts = static_cast<u32*>(typedData(info.Env(), info[6], napi_uint32_array, room));
  return Napi::Number::New(info.Env(), static_cast<double>(gearCuts(bytes.data, bytes.size, table, limits, flagOf(info[5]), cuts, room)));
}

// (engine, shards, symbolBytes) -> what kernels cost, for benchmarks
Napi::Value kernels(const Napi::CallbackInfo& info) {
  const Busy lock;
  const KernelTimes times = timeKernels(engineOf(info[0]), shapeOf(info[1]), numberOf(info[2], 65534, "no such symbol size"));
  Napi::Object all = Napi::Object::New(info.Env());
  all.Set("leaf", times.leaf);
  all.Set("inner", times.inner);
  all.Set("columnCode", times.columnCode);
  all.Set("rowCode", times.rowCode);
  all.Set("readByte", times.readByte);
  all.Set("writeByte", times.writeByte);
  return all;
}

// (bytes): memory that is about to be filled
Napi::Value preferLarge(const Napi::CallbackInfo& info) {
  const Bytes bytes = bytesOf(info[0]);
  preferLargePages(bytes.data, bytes.size);
  return info.Env().Undefined();
}

// (bytes): memory whose contents nobody needs any more
Napi::Value discard(const Napi::CallbackInfo& info) {
  const Bytes bytes = bytesOf(info[0]);
  discardPages(bytes.data, bytes.size);
  return info.Env().Undefined();
}

// (): memory that was freed goes back to the system
Napi::Value giveBack(const Napi::CallbackInfo& info) {
  giveBackFree();
  return info.Env().Undefined();
}

Napi::Object start(Napi::Env, Napi::Object exports) {
  settleAllocator();
  put<engines>(exports, "engines");
  put<symbolBytesOf>(exports, "symbolBytes");
  put<encode>(exports, "encode");
  put<encodePart>(exports, "encodePart");
  put<encodeEnd>(exports, "encodeEnd");
  put<identify>(exports, "identify");
  put<decode>(exports, "decode");
  put<expand>(exports, "expand");
  put<hashSliver>(exports, "hashSliver");
  put<prove>(exports, "prove");
  put<recover>(exports, "recover");
  put<findCuts>(exports, "findCuts");
  put<kernels>(exports, "kernels");
  addSealing(exports);
  addFiles(exports);
  put<preferLarge>(exports, "preferLarge");
  put<discard>(exports, "discard");
  put<giveBack>(exports, "giveBack");
  return exports;
}

}  // namespace

NODE_API_MODULE(codec, start)
