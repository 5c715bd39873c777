// What keeps others out of this process: no core dump, no debugger of the same user.
#include "addon.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>
#endif
#ifdef __linux__
#include <sys/prctl.h>

#include <cstdio>
#include <cstring>
#endif

namespace guitai {

namespace {

#ifdef __linux__

/** Whether `/proc/self/status` names a tracer. */
bool HasTracer() {
  FILE* file = std::fopen("/proc/self/status", "r");
  if (file == nullptr) return false;
  char line[256];
  long tracer = 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::sscanf(line, "TracerPid: %ld", &tracer) == 1) break;
  }
  std::fclose(file);
  return tracer != 0;
}

#endif

/**
 * `{coreLimit, dumpable}`: bytes a core dump may have, -1 without a limit; whether the system lets this
 * process be dumped and attached to. A value the system does not tell is absent.
 */
napi_value Protection(napi_env env) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
#ifndef _WIN32
  rlimit limit = {};
  if (getrlimit(RLIMIT_CORE, &limit) == 0) {
    const bool unlimited = limit.rlim_cur == RLIM_INFINITY;
    Set(env, object, "coreLimit", Number(env, unlimited ? -1 : static_cast<double>(limit.rlim_cur)));
  }
#endif
#ifdef __linux__
  const int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
  if (dumpable >= 0) Set(env, object, "dumpable", Boolean(env, dumpable != 0));
#endif
  return object;
}

napi_value ForbidCoreDumps(napi_env env, napi_callback_info) {
#ifndef _WIN32
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
#endif
#ifdef __linux__
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
  // What the system says afterwards, not what was asked for.
  return Protection(env);
}

napi_value ProcessProtection(napi_env env, napi_callback_info) { return Protection(env); }

napi_value IsDebugged(napi_env env, napi_callback_info) {
#if defined(_WIN32)
  return Boolean(env, IsDebuggerPresent() != 0);
#elif defined(__linux__)
  return Boolean(env, HasTracer());
#else
  return Undefined(env);
#endif
}

}  // namespace

void ExportProcess(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "forbidCoreDumps", ForbidCoreDumps);
  ExportFunction(env, exports, "processProtection", ProcessProtection);
  ExportFunction(env, exports, "isDebugged", IsDebugged);
}

}  // namespace guitai
