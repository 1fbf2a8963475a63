// text::parse_json() on any bytes, as requests of audits and of deletion come in: a value that can
// be copied and written on a small stack, or recveil::Error in one line.
#include <pthread.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "core/error.h"
#include "require.h"
#include "text/json.h"
#include "text/utf8.h"

namespace {

using recveil::fuzz::require;

void parse(std::string_view input) {
  try {
    const nlohmann::json value = recveil::text::parse_json(input, "request");
    const nlohmann::json copy = value;
    const std::string written = copy.dump();
    require(recveil::text::parse_json(written, "request") == value, "it is not read back the same");
  } catch (const recveil::Error &error) {
    recveil::fuzz::require_line(error.what());
    require(recveil::text::first_not_utf8(error.what()) == std::string_view::npos,
            "an error that is not UTF-8");
  }
}

struct Work {
  std::string_view input;
  std::exception_ptr error;
};

void *run(void *ctx) {
  auto *work = static_cast<Work *>(ctx);
  try {
    parse(work->input);
  } catch (...) {
    work->error = std::current_exception();
  }
  return nullptr;
}

}  // namespace

// On a thread with the smallest stack that hosts give theirs: 256 KiB.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  Work work{{reinterpret_cast<const char *>(bytes), size}, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{256} << 10);
  pthread_t thread;
  if (pthread_create(&thread, &attributes, run, &work) == 0) pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  if (work.error) std::rethrow_exception(work.error);
  return 0;
}
