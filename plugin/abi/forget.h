// What a recveil_forget holds.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "core/error.h"
#include "hooks/forget/forget_hook.h"
#include "recveil/forget.h"

struct recveil_forget {
  recveil_engine *engine = nullptr;  // holds one of its handles
  std::unique_ptr<recveil::hooks::ForgetHook> hook;
};

namespace recveil::abi {

// Throws Error(argument) unless `condition`.
inline void require_that(bool condition, const std::string &what) {
  if (!condition) throw Error(Status::argument, what);
}

// Runs `call` on a journal: NULL is refused, a failure is counted.
template <class Call>
recveil_status forget_call(recveil_forget *forget, Call &&call) noexcept {
  const recveil_status status = guard([&] {
    require(forget != nullptr, "forget: is NULL");
    call(*forget);
  });
  if (status != RECVEIL_OK && forget != nullptr) forget->engine->counters.error(status);
  return status;
}

// The bytes of the C structs are those of the arrays.
static_assert(sizeof(recveil_subject) == sizeof(journal::Subject));
static_assert(sizeof(recveil_forget_id) == sizeof(journal::RequestId));

inline std::span<const journal::Subject> subjects_of(const recveil_subject *subjects,
                                                     std::size_t n) {
  return {reinterpret_cast<const journal::Subject *>(subjects), n};
}
inline journal::RequestId id_of(const recveil_forget_id &id) {
  journal::RequestId out;
  std::memcpy(out.data(), id.bytes, out.size());
  return out;
}
// Names, NUL-terminated.
std::vector<std::string> names_of(const char *const *names, std::size_t n, const char *what);

}  // namespace recveil::abi
