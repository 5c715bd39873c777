// Calls the library of the official face device service.
//
//   int  wxpayCallFaceService(const char* request, unsigned size, char** response, unsigned* size)
//   void wxpayReleaseResponse(char** response)
//
// A call blocks until its screen is done, may be for ever, and cannot be broken off. So each has a thread
// of its own, which is never waited for: it neither keeps the process from ending nor takes a place in
// Node's pool. Whoever calls has the deadline.
#include "addon.h"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace guitai {

namespace {

/** The largest answer that is read. */
constexpr unsigned kAnswerBytesMax = 1024 * 1024;
/** Calls of one library that have not returned; one more is refused, so that threads cannot pile up. */
constexpr int kCallsMax = 8;

#ifdef _WIN32
#define GUITAI_CDECL __cdecl
#else
#define GUITAI_CDECL
#endif
using CallFaceService = int(GUITAI_CDECL*)(const char*, unsigned, char**, unsigned*);
using ReleaseResponse = void(GUITAI_CDECL*)(char**);

struct Library {
  void* module = nullptr;
  CallFaceService call = nullptr;
  ReleaseResponse release = nullptr;
  std::atomic<int> calls{0};
};

std::mutex libraries_mutex;
uint32_t last_handle = 0;
// On the heap and never freed: a thread that never returns may outlive the statics.
auto& libraries = *new std::map<uint32_t, std::shared_ptr<Library>>();

#ifdef _WIN32

void* OpenModule(const std::string& path, std::string* why) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0);
  std::wstring wide(length > 0 ? length : 1, L'\0');
  MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, wide.data(), length);
  // Libraries it needs are looked for beside it and in the system, never in the working folder.
  HMODULE module = LoadLibraryExW(wide.c_str(), nullptr,
                                  LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
  if (module == nullptr) *why = "LoadLibrary error " + std::to_string(GetLastError());
  return module;
}
void* SymbolOf(void* module, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(module), name));
}
void CloseModule(void* module) { FreeLibrary(static_cast<HMODULE>(module)); }

#else

void* OpenModule(const std::string& path, std::string* why) {
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    const char* error = dlerror();
    *why = error == nullptr ? "dlopen failed" : error;
  }
  return module;
}
void* SymbolOf(void* module, const char* name) { return dlsym(module, name); }
void CloseModule(void* module) { dlclose(module); }

#endif

/** Whether `bytes` are UTF-8 as RFC 3629 has it: no overlong form, no surrogate, at most U+10FFFF. */
bool IsUtf8(const unsigned char* bytes, size_t count) {
  size_t at = 0;
  while (at < count) {
    const unsigned char first = bytes[at];
    size_t more = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (first < 0x80) {
      at += 1;
      continue;
    } else if (first >= 0xc2 && first <= 0xdf) {
      more = 1;
    } else if (first >= 0xe0 && first <= 0xef) {
      more = 2;
      if (first == 0xe0) low = 0xa0;
      if (first == 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      if (first == 0xf0) low = 0x90;
      if (first == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (count - at <= more) return false;
    for (size_t index = 1; index <= more; index += 1) {
      const unsigned char next = bytes[at + index];
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xbf;
    }
    at += 1 + more;
  }
  return true;
}

/** One call: what it asks, then what came of it. Its bytes are overwritten when it ends. */
struct Call {
  std::shared_ptr<Library> library;
  std::string request;
  std::string answer;
  const char* flaw = nullptr;
  int status = 0;
  napi_threadsafe_function tell = nullptr;

  ~Call() {
    Overwrite(request.data(), request.size());
    Overwrite(answer.data(), answer.size());
  }
};

/** Takes a copy of the answer, or names what is wrong with it. */
void Take(Call* call, char* response, unsigned size) {
  if (response == nullptr) {
    call->flaw = "null_answer";
  } else if (size > static_cast<unsigned>(INT32_MAX)) {
    call->flaw = "negative_size";
  } else if (size > kAnswerBytesMax) {
    call->flaw = "too_large";
  } else if (!IsUtf8(reinterpret_cast<const unsigned char*>(response), size)) {
    call->flaw = "not_utf8";
    Overwrite(response, size);
  } else {
    call->answer.assign(response, size);
    Overwrite(response, size);
  }
}

void RunCall(Call* call) {
  char* response = nullptr;
  unsigned size = 0;
  const std::shared_ptr<Library> library = call->library;
  call->status = library->call(call->request.data(), static_cast<unsigned>(call->request.size()),
                               &response, &size);
  if (call->status != 0) {
    // What a failed call left in its out parameters was never given to us.
    call->flaw = "call_failed";
  } else {
    Take(call, response, size);
    if (response != nullptr) library->release(&response);
  }
  library->calls.fetch_sub(1);
  napi_threadsafe_function tell = call->tell;
  if (napi_call_threadsafe_function(tell, call, napi_tsfn_nonblocking) == napi_ok) {
    napi_release_threadsafe_function(tell, napi_tsfn_release);
  } else {
    // The environment is ending: nobody is there to be told, and `tell` may not be touched again.
    delete call;
  }
}

/** On Node's thread: hands the answer over as bytes of JavaScript's own. */
void Tell(napi_env env, napi_value done, void*, void* data) {
  const std::unique_ptr<Call> call(static_cast<Call*>(data));
  if (env == nullptr || done == nullptr) return;
  napi_value result = nullptr;
  napi_create_object(env, &result);
  if (call->flaw != nullptr) {
    Set(env, result, "flaw", Text(env, call->flaw));
    Set(env, result, "status", Number(env, call->status));
  } else {
    void* bytes = nullptr;
    napi_value buffer = nullptr;
    napi_value answer = nullptr;
    napi_create_arraybuffer(env, call->answer.size(), &bytes, &buffer);
    if (!call->answer.empty()) std::memcpy(bytes, call->answer.data(), call->answer.size());
    napi_create_typedarray(env, napi_uint8_array, call->answer.size(), buffer, 0, &answer);
    Set(env, result, "answer", answer);
  }
  napi_call_function(env, Undefined(env), done, 1, &result, nullptr);
}

napi_value Refusal(napi_env env, const char* flaw, const std::string& detail) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  Set(env, object, "flaw", Text(env, flaw));
  Set(env, object, "detail", Text(env, detail));
  return object;
}

/** `open(path)` → a handle, or `{flaw, detail}`. */
napi_value Open(napi_env env, napi_callback_info info) {
  std::string path;
  if (!TextOf(env, ArgumentsOf(env, info).values[0], &path)) return nullptr;
  std::string why;
  const auto library = std::make_shared<Library>();
  library->module = OpenModule(path, &why);
  if (library->module == nullptr) return Refusal(env, "not_loadable", why);
  library->call = reinterpret_cast<CallFaceService>(SymbolOf(library->module, "wxpayCallFaceService"));
  library->release =
      reinterpret_cast<ReleaseResponse>(SymbolOf(library->module, "wxpayReleaseResponse"));
  if (library->call == nullptr || library->release == nullptr) {
    CloseModule(library->module);
    return Refusal(env, "not_the_library", "wxpayCallFaceService or wxpayReleaseResponse is missing");
  }
  const std::lock_guard<std::mutex> guard(libraries_mutex);
  last_handle += 1;
  libraries[last_handle] = library;
  return Number(env, last_handle);
}

std::shared_ptr<Library> Find(uint32_t handle) {
  const std::lock_guard<std::mutex> guard(libraries_mutex);
  const auto found = libraries.find(handle);
  return found == libraries.end() ? nullptr : found->second;
}

/**
 * `call(handle, request, done)` → undefined, and `done({answer} | {flaw, status})` later, once or never; or
 * at once the name of a flaw, and `done` is not called.
 */
napi_value CallService(napi_env env, napi_callback_info info) {
  const Arguments arguments = ArgumentsOf(env, info);
  uint32_t handle = 0;
  Span request;
  if (!NumberOf(env, arguments.values[0], &handle)) return nullptr;
  if (!SpanOf(env, arguments.values[1], &request)) return nullptr;
  const std::shared_ptr<Library> library = Find(handle);
  if (library == nullptr) return Text(env, "closed");
  if (library->calls.fetch_add(1) >= kCallsMax) {
    library->calls.fetch_sub(1);
    return Text(env, "too_many_calls");
  }
  auto call = std::make_unique<Call>();
  call->library = library;
  call->request.assign(static_cast<const char*>(request.data), request.size);
  const napi_status made =
      napi_create_threadsafe_function(env, arguments.values[2], nullptr, Text(env, "guitai.device"), 1,
                                      1, nullptr, nullptr, nullptr, Tell, &call->tell);
  if (made != napi_ok) {
    library->calls.fetch_sub(1);
    napi_throw_type_error(env, nullptr, "a function is wanted");
    return nullptr;
  }
  napi_unref_threadsafe_function(env, call->tell);
  napi_threadsafe_function tell = call->tell;
  try {
    std::thread(RunCall, call.get()).detach();
    call.release();
  } catch (const std::system_error&) {
    library->calls.fetch_sub(1);
    napi_release_threadsafe_function(tell, napi_tsfn_abort);
    return Text(env, "no_thread");
  }
  return Undefined(env);
}

/** `close(handle)` → whether the library was given back; false while a call has not returned. */
napi_value Close(napi_env env, napi_callback_info info) {
  uint32_t handle = 0;
  if (!NumberOf(env, ArgumentsOf(env, info).values[0], &handle)) return nullptr;
  std::shared_ptr<Library> library;
  {
    const std::lock_guard<std::mutex> guard(libraries_mutex);
    const auto found = libraries.find(handle);
    if (found == libraries.end()) return Boolean(env, false);
    library = found->second;
    libraries.erase(found);
  }
  // Code that a thread still runs may not be unmapped: then the library stays until the process ends.
  if (library->calls.load() > 0) return Boolean(env, false);
  CloseModule(library->module);
  return Boolean(env, true);
}

}  // namespace

void ExportDevice(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "open", Open);
  ExportFunction(env, exports, "call", CallService);
  ExportFunction(env, exports, "close", Close);
}

}  // namespace guitai
