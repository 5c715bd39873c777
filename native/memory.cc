// Memory that is kept from the swap and from core dumps, and overwritten for good.
#include "addon.h"

#include <cstdint>
#include <cstring>

#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace guitai {

void Overwrite(void* bytes, size_t count) {
  if (bytes == nullptr || count == 0) return;
#ifdef _WIN32
  SecureZeroMemory(bytes, count);
#else
  std::memset(bytes, 0, count);
  // The compiler has to take it that somebody reads the bytes here.
  __asm__ __volatile__("" : : "r"(bytes) : "memory");
#endif
}

namespace {

#ifdef _WIN32

bool LockPages(const Span& span) { return VirtualLock(span.data, span.size) != 0; }
bool UnlockPages(const Span& span) { return VirtualUnlock(span.data, span.size) != 0; }

#else

/** All pages that hold a byte of `span`. */
Span PagesOf(const Span& span) {
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t from = reinterpret_cast<uintptr_t>(span.data) & ~(page - 1);
  const uintptr_t end = (reinterpret_cast<uintptr_t>(span.data) + span.size + page - 1) & ~(page - 1);
  return {reinterpret_cast<void*>(from), static_cast<size_t>(end - from)};
}

bool KeepFromDumps(const Span& pages, bool keep) {
#ifdef MADV_DONTDUMP
  return madvise(pages.data, pages.size, keep ? MADV_DONTDUMP : MADV_DODUMP) == 0;
#else
  (void)pages;
  return !keep;
#endif
}

bool LockPages(const Span& span) {
  const Span pages = PagesOf(span);
  if (mlock(pages.data, pages.size) != 0) return false;
#ifdef MADV_DONTDUMP
  if (!KeepFromDumps(pages, true)) {
    munlock(pages.data, pages.size);
    return false;
  }
#endif
  return true;
}

bool UnlockPages(const Span& span) {
  const Span pages = PagesOf(span);
  const bool dumpable = KeepFromDumps(pages, false);
  return munlock(pages.data, pages.size) == 0 && dumpable;
}

#endif

napi_value Lock(napi_env env, napi_callback_info info) {
  Span span;
  if (!SpanOf(env, ArgumentsOf(env, info).values[0], &span)) return nullptr;
  return Boolean(env, span.size > 0 && LockPages(span));
}

napi_value Unlock(napi_env env, napi_callback_info info) {
  Span span;
  if (!SpanOf(env, ArgumentsOf(env, info).values[0], &span)) return nullptr;
  return Boolean(env, span.size > 0 && UnlockPages(span));
}

napi_value Wipe(napi_env env, napi_callback_info info) {
  Span span;
  if (!SpanOf(env, ArgumentsOf(env, info).values[0], &span)) return nullptr;
  Overwrite(span.data, span.size);
  return Undefined(env);
}

}  // namespace

void ExportMemory(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "lock", Lock);
  ExportFunction(env, exports, "unlock", Unlock);
  ExportFunction(env, exports, "wipe", Wipe);
}

}  // namespace guitai
