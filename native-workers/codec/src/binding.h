// What every function at the Node-API door needs: arguments checked before use, questions back to the caller, errors with a code.
#pragma once

#include <napi.h>

#include <chrono>
#include <new>
#include <vector>

#include "encode.h"

namespace floe {

struct Bytes {
  u8* data;
  size_t size;
};

[[noreturn]] inline void refuse(const char* why) { throw Refused(why); }

inline void* typedData(napi_env env, napi_value value, napi_typedarray_type wanted, size_t& length) {
  bool isTyped = false;
  if (napi_is_typedarray(env, value, &isTyped) != napi_ok || !isTyped) refuse("a typed array is needed");
  napi_typedarray_type type;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != wanted)
    refuse("a typed array of another type is needed");
  static u64 nothing[2];
  return length == 0 ? nothing : data;
}

inline Bytes bytesOf(const Napi::Value& value) {
  size_t length = 0;
  u8* data = static_cast<u8*>(typedData(value.Env(), value, napi_uint8_array, length));
  return {data, length};
}

inline Bytes bytesOf(const Napi::Value& value, u64 size, const char* why) {
  const Bytes bytes = bytesOf(value);
  if (bytes.size != size) refuse(why);
  return bytes;
}

inline u64 numberOf(const Napi::Value& value, u64 max, const char* why) {
  if (!value.IsNumber()) refuse(why);
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= 0 && number <= static_cast<double>(max)) || number != static_cast<double>(static_cast<u64>(number))) refuse(why);
  return static_cast<u64>(number);
}

inline bool flagOf(const Napi::Value& value) { return value.IsBoolean() && value.As<Napi::Boolean>().Value(); }

// Asks the caller's function between pieces of work, at most every few milliseconds, and makes sure that it left the call's memory in place.
class Polling {
 public:
  explicit Polling(const Napi::Value& isCancelled) {
    if (isCancelled.IsFunction()) ask_ = isCancelled.As<Napi::Function>();
  }
  void hold(const Napi::Value& memory) { held_.push_back({memory, bytesOf(memory)}); }
  Poll poll() {
    if (ask_.IsEmpty()) return [] {};
    last_ = std::chrono::steady_clock::now();
    return [this] {
      const auto now = std::chrono::steady_clock::now();
      if (now - last_ < std::chrono::milliseconds(8)) return;
      last_ = now;
      bool stop = false;
      {
        Napi::HandleScope scope(ask_.Env());
        stop = ask_.Call({}).ToBoolean();
      }
      if (stop) throw Cancelled();
      for (const auto& [value, before] : held_) {
        const Bytes after = bytesOf(value);
        if (after.data != before.data || after.size != before.size) refuse("memory was taken away during the call");
      }
    };
  }

 private:
  Napi::Function ask_;
  std::vector<std::pair<Napi::Value, Bytes>> held_;
  std::chrono::steady_clock::time_point last_;
};

// One call a thread: the caller's function must not come back while scratch memory is in use.
inline thread_local bool busy = false;
struct Busy {
  Busy() {
    if (busy) refuse("the codec was called from its own cancellation function");
    busy = true;
  }
  ~Busy() { busy = false; }
};

[[noreturn]] inline void fail(Napi::Env env, const char* code, const char* message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  throw error;
}

// A function for JavaScript from one that may refuse.
template <Napi::Value (*Body)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  try {
    return Body(info);
  } catch (const Refused& refused) {
    fail(info.Env(), "FLOE_REFUSED", refused.what());
  } catch (const Cancelled& cancelled) {
    fail(info.Env(), "FLOE_CANCELLED", cancelled.what());
  } catch (const std::bad_alloc&) {
    fail(info.Env(), "FLOE_REFUSED", "not enough memory for this blob");
  }
}

template <Napi::Value (*Body)(const Napi::CallbackInfo&)>
void put(Napi::Object& exports, const char* name) {
  exports.Set(name, Napi::Function::New(exports.Env(), guarded<Body>, name));
}

// The functions that name and seal chunks (binding-seal.cc).
void addSealing(Napi::Object& exports);

// Those that look at files (binding-files.cc).
void addFiles(Napi::Object& exports);

}  // namespace floe
