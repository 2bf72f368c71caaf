// Reading files at the Node-API door. A system without the calls for it does not get these functions.
#include "binding.h"
#include "files.h"

namespace floe {

#if defined(FLOE_FILES)

namespace {

constexpr size_t numbersOfRead = sizeof(FileRead) / sizeof(i64);

// The names of a job: each ends with a zero, and none leads out of the folder.
class Names {
 public:
  explicit Names(const Bytes& bytes) : at_(reinterpret_cast<const char*>(bytes.data)), left_(bytes.size) {}
  const char* next() {
    const size_t length = strnlen(at_, left_);
    if (length == 0 || length == left_ || std::memchr(at_, '/', length) != nullptr) refuse("that is no list of names");
    const char* const name = at_;
    at_ += length + 1;
    left_ -= length + 1;
    return name;
  }
  void end() const {
    if (left_ != 0) refuse("there are more names than files");
  }

 private:
  const char* at_;
  size_t left_;
};

// (folder, names, wanted: offset and most bytes of each, into, cancel, answers): the bytes of one file after another, from the start of `into`
Napi::Value readFiles(const Napi::CallbackInfo& info) {
  const Busy lock;
  const int folder = static_cast<int>(numberOf(info[0], INT32_MAX, "that is no folder"));
  Names names(bytesOf(info[1]));
  size_t wantedNumbers = 0, cells = 0, numbers = 0;
  const double* const wanted = static_cast<const double*>(typedData(info.Env(), info[2], napi_float64_array, wantedNumbers));
  const Bytes into = bytesOf(info[3]);
  const i32* const cancel = static_cast<const i32*>(typedData(info.Env(), info[4], napi_int32_array, cells));
  i64* const answers = static_cast<i64*>(typedData(info.Env(), info[5], napi_bigint64_array, numbers));
  const size_t files = wantedNumbers / 2;
  if (cells < 1) refuse("there is nothing to cancel by");
  if (wantedNumbers % 2 != 0 || numbers < files * numbersOfRead) refuse("there is not one answer for each file");
  constexpr double most = 9007199254740991.0;
  u64 used = 0;
  for (size_t i = 0; i < files; i++) {
    const double offset = wanted[2 * i], bytesMax = wanted[2 * i + 1];
    if (!(offset >= 0 && offset <= most && bytesMax >= 0 && bytesMax <= most)) refuse("there is no such stretch of a file");
    const u64 room = into.size - used;
    if (static_cast<u64>(bytesMax) > room) refuse("the room is too small");
    const FileRead read = readFile({folder, names.next(), static_cast<u64>(offset), static_cast<u64>(bytesMax), cancel}, into.data + used);
    std::memcpy(answers + i * numbersOfRead, &read, sizeof read);
    if (read.bytes > 0) used += static_cast<u64>(read.bytes);
  }
  names.end();
  return info.Env().Undefined();
}

}  // namespace

void addFiles(Napi::Object& exports) { put<readFiles>(exports, "readFiles"); }

#else

void addFiles(Napi::Object&) {}

#endif

}  // namespace floe
