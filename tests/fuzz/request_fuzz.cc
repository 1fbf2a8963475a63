// read_requests() on any bytes, as deletion requests come in: requests that hold what
// recveil/forget.h allows, or one line that names the file.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "request_json.h"
#include "require.h"
#include "text/utf8.h"

namespace {

constexpr std::uint64_t kNow = 1796000000;  // in 2026

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using recveil::fuzz::require;
  const std::string_view input(reinterpret_cast<const char *>(bytes), size);
  try {
    const auto read = recveil::cli::read_requests(input, "r.json", kNow);
    require(!read.requests.empty() && (read.many || read.requests.size() == 1), "how many");
    for (const auto &one : read.requests) {
      require(!one.identities.empty(), "a request without a person");
      for (const std::string &id : one.identities) require(!id.empty(), "an empty identity");
      require(one.given.kind >= RECVEIL_FORGET_ERASE && one.given.kind <= RECVEIL_FORGET_OBJECT,
              "a kind");
      require(one.given.received_at <= kNow + 600, "a time in the future");
      require(one.given.due_at == 0 || one.given.due_at >= one.given.received_at, "a due time");
    }
  } catch (const std::runtime_error &error) {
    const std::string_view what = error.what();
    recveil::fuzz::require_line(what);
    require(what.starts_with("r.json"), "an error without the file");
    require(recveil::text::first_not_utf8(what) == std::string_view::npos,
            "an error that is not UTF-8");
  }
  return 0;
}
