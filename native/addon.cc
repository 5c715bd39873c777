// The entry of the native part, and its helpers over Node-API.
#include "addon.h"

namespace guitai {

Arguments ArgumentsOf(napi_env env, napi_callback_info info) {
  Arguments arguments;
  arguments.count = 4;
  napi_get_cb_info(env, info, &arguments.count, arguments.values, nullptr, nullptr);
  return arguments;
}

namespace {

size_t ElementSize(napi_typedarray_type type) {
  switch (type) {
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      return 8;
    default:
      return 1;
  }
}

}  // namespace

bool SpanOf(napi_env env, napi_value value, Span* span) {
  bool is_typed = false;
  bool is_view = false;
  napi_is_typedarray(env, value, &is_typed);
  napi_is_dataview(env, value, &is_view);
  if (is_typed) {
    napi_typedarray_type type;
    size_t length = 0;
    if (napi_get_typedarray_info(env, value, &type, &length, &span->data, nullptr, nullptr) ==
        napi_ok) {
      span->size = length * ElementSize(type);
      return true;
    }
  } else if (is_view) {
    if (napi_get_dataview_info(env, value, &span->size, &span->data, nullptr, nullptr) == napi_ok) {
      return true;
    }
  }
  napi_throw_type_error(env, nullptr, "a view of an ArrayBuffer is wanted");
  return false;
}

bool TextOf(napi_env env, napi_value value, std::string* text) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "a text is wanted");
    return false;
  }
  text->resize(length);
  napi_get_value_string_utf8(env, value, text->data(), length + 1, &length);
  return true;
}

bool NumberOf(napi_env env, napi_value value, uint32_t* number) {
  if (napi_get_value_uint32(env, value, number) == napi_ok) return true;
  napi_throw_type_error(env, nullptr, "a number is wanted");
  return false;
}

napi_value Undefined(napi_env env) {
  napi_value result = nullptr;
  napi_get_undefined(env, &result);
  return result;
}

napi_value Boolean(napi_env env, bool value) {
  napi_value result = nullptr;
  napi_get_boolean(env, value, &result);
  return result;
}

napi_value Number(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

napi_value Text(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

void Set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

void ExportFunction(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value value = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
  Set(env, exports, name, value);
}

}  // namespace guitai

NAPI_MODULE_INIT() {
  // Raised with every change of what is exported; src/face/node/native.ts refuses another one.
  guitai::Set(env, exports, "version", guitai::Number(env, 1));
  guitai::ExportMemory(env, exports);
  guitai::ExportProcess(env, exports);
  guitai::ExportDevice(env, exports);
  return exports;
}
