#include <array>
#include <cstring>
#include <string_view>

#include "abi/audit_module.h"
#include "core/error.h"
#include "recveil/recveil.h"

// The constants of the C headers are those used inside.
static_assert(RECVEIL_E_INTERNAL == static_cast<int>(recveil::Status::internal));
static_assert(RECVEIL_E_ARGUMENT == static_cast<int>(recveil::Status::argument));
static_assert(RECVEIL_E_NOMEM == static_cast<int>(recveil::Status::no_memory));
static_assert(RECVEIL_E_CONFIG == static_cast<int>(recveil::Status::config));
static_assert(RECVEIL_E_VERSION == static_cast<int>(recveil::Status::version));
static_assert(RECVEIL_E_UNSUPPORTED == static_cast<int>(recveil::Status::unsupported));
static_assert(RECVEIL_E_BUFFER == static_cast<int>(recveil::Status::buffer));
static_assert(RECVEIL_E_STATE == static_cast<int>(recveil::Status::state));
static_assert(RECVEIL_E_IO == static_cast<int>(recveil::Status::io));
static_assert(RECVEIL_E_HOST == static_cast<int>(recveil::Status::host));
static_assert(RECVEIL_E_NOT_FOUND == static_cast<int>(recveil::Status::not_found));
static_assert(RECVEIL_E_CANCELLED == static_cast<int>(recveil::Status::cancelled));
static_assert(RECVEIL_E_DATA == static_cast<int>(recveil::Status::data));
static_assert(RECVEIL_E_HELD == static_cast<int>(recveil::Status::held));

extern "C" {

const char *recveil_version(void) noexcept {
  return RECVEIL_VERSION_TEXT;
}

uint32_t recveil_abi_version(void) noexcept {
  return RECVEIL_ABI_MAJOR;
}

int32_t recveil_has_feature(const char *name) noexcept {
  constexpr std::array<std::string_view, 14> kFeatures{
      "serve.popularity", "serve.popularity_randomization",
      "serve.cross_fit",  "serve.private",
      "serve.recommend",  "state_dir",
      "audit.membership", "audit.lists",
      "erase.maps",       "erase.fold_in",
      "erase.decoys",     "screen.ocsvm",
      "screen.full",      "forget"};
  if (name == nullptr) return 0;
  for (const std::string_view feature : kFeatures) {
    if (feature == name) return 1;
  }
  return 0;
}

const char *recveil_status_name(recveil_status status) noexcept {
  switch (status) {
    case RECVEIL_OK:
      return "RECVEIL_OK";
    case RECVEIL_E_INTERNAL:
      return "RECVEIL_E_INTERNAL";
    case RECVEIL_E_ARGUMENT:
      return "RECVEIL_E_ARGUMENT";
    case RECVEIL_E_NOMEM:
      return "RECVEIL_E_NOMEM";
    case RECVEIL_E_CONFIG:
      return "RECVEIL_E_CONFIG";
    case RECVEIL_E_VERSION:
      return "RECVEIL_E_VERSION";
    case RECVEIL_E_UNSUPPORTED:
      return "RECVEIL_E_UNSUPPORTED";
    case RECVEIL_E_BUFFER:
      return "RECVEIL_E_BUFFER";
    case RECVEIL_E_STATE:
      return "RECVEIL_E_STATE";
    case RECVEIL_E_IO:
      return "RECVEIL_E_IO";
    case RECVEIL_E_HOST:
      return "RECVEIL_E_HOST";
    case RECVEIL_E_NOT_FOUND:
      return "RECVEIL_E_NOT_FOUND";
    case RECVEIL_E_CANCELLED:
      return "RECVEIL_E_CANCELLED";
    case RECVEIL_E_DATA:
      return "RECVEIL_E_DATA";
    case RECVEIL_E_HELD:
      return "RECVEIL_E_HELD";
    default:
      return "unknown status";
  }
}

}  // extern "C"
