// What the files of the native part share: small helpers over Node-API.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <cstddef>
#include <string>

namespace guitai {

/** Overwrites memory in a way that no compiler may leave out. */
void Overwrite(void* bytes, size_t count);

/** The memory of a buffer or a view. */
struct Span {
  void* data = nullptr;
  size_t size = 0;
};

/** Up to four arguments of a call; those that were not given are `undefined`. */
struct Arguments {
  size_t count = 0;
  napi_value values[4] = {};
};
Arguments ArgumentsOf(napi_env env, napi_callback_info info);

/** False, with a TypeError pending, when `value` is no view of an ArrayBuffer. */
bool SpanOf(napi_env env, napi_value value, Span* span);
/** False, with a TypeError pending, when `value` is no text. */
bool TextOf(napi_env env, napi_value value, std::string* text);
/** False, with a TypeError pending, when `value` is no whole number of 32 bits. */
bool NumberOf(napi_env env, napi_value value, uint32_t* number);

napi_value Undefined(napi_env env);
napi_value Boolean(napi_env env, bool value);
napi_value Number(napi_env env, double value);
napi_value Text(napi_env env, const std::string& value);
void Set(napi_env env, napi_value object, const char* name, napi_value value);

/** What each file of the native part adds to the exports. */
void ExportFunction(napi_env env, napi_value exports, const char* name, napi_callback function);
void ExportMemory(napi_env env, napi_value exports);
void ExportProcess(napi_env env, napi_value exports);
void ExportDevice(napi_env env, napi_value exports);

}  // namespace guitai
