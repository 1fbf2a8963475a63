#include "abi/callbacks.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "abi/adopt.h"
#include "abi/guard.h"

namespace recveil::abi {
namespace {

constexpr recveil_progress kNobody = RECVEIL_PROGRESS_INIT;

}  // namespace

void check_progress(const recveil_progress &progress, const char *field) {
  if (progress.cancel == nullptr) return;
  check_array(progress.cancel, 1, (std::string(field) + ".cancel").c_str());
}

LongCall::LongCall(const recveil_progress &progress)
    : watch_(progress.fn, progress.ctx, progress.cancel), scope_(&watch_) {
  check_progress(progress, "progress");
  watch_.pulse();
}

LongCall::LongCall(const recveil_progress *progress)
    : LongCall(progress != nullptr ? *progress : kNobody) {}

std::function<void(double, const char *)> LongCall::reporter() {
  return [this](double fraction, const char *what) { watch_.report(fraction, what); };
}

void write_bytes(recveil_write_fn write, void *ctx, std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(kPiece, bytes.size()));
    write_to_host(write, ctx, {reinterpret_cast<const char *>(piece.data()), piece.size()});
    bytes = bytes.subspan(piece.size());
  }
}

}  // namespace recveil::abi
