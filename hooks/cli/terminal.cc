#include "terminal.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>

namespace recveil::cli {
namespace {

std::int32_t stop_asked = 0;

// Whoever asks a second time does not wait for the nearest pulse().
void ask_to_stop(int signal) {
  if (__atomic_exchange_n(&stop_asked, 1, __ATOMIC_RELAXED) == 0) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::size_t width(const std::string &text) {
  // Continuation bytes of UTF-8 take no column.
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

const std::int32_t *stop_flag() {
  static const bool installed = [] {
    std::signal(SIGINT, ask_to_stop);
    std::signal(SIGTERM, ask_to_stop);
    return true;
  }();
  (void)installed;
  return &stop_asked;
}

Progress::Progress() : terminal_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
}

recveil_progress Progress::watch() {
  return {callback, this, stop_flag()};
}

void Progress::draw(double fraction, const char *what) {
  constexpr int kWidth = 30;
  const int full = static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * kWidth));
  fmt::print(stderr, "\r\033[K[{}{}] {:3.0f} %  {}",
             std::string(static_cast<std::size_t>(full), '#'),
             std::string(static_cast<std::size_t>(kWidth - full), '.'), 100 * fraction, what);
  std::fflush(stderr);
  drawn_ = true;
}

std::int32_t Progress::callback(void *ctx, double fraction, const char *what) noexcept {
  auto *self = static_cast<Progress *>(ctx);
  try {
    if (self->terminal_) self->draw(fraction, what);
  } catch (...) {
    self->terminal_ = false;  // a terminal that cannot be written to: go on without it
  }
  return __atomic_load_n(stop_flag(), __ATOMIC_RELAXED);
}

void wait_for_stop() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (__atomic_load_n(&stop_asked, __ATOMIC_RELAXED) != 0) return;
  int signal = 0;
  sigwait(&signals, &signal);
}

std::string columns(const std::vector<std::vector<std::string>> &rows) {
  std::vector<std::size_t> widths;
  for (const auto &row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::string out;
  for (const auto &row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string pad(widths[c] - width(row[c]), ' ');
      line += (c > 0 ? "  " : "") + (c == 0 ? row[c] + pad : pad + row[c]);
    }
    out += "  " + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string rate(double value) {
  if (std::isnan(value)) return "-";
  std::string text = fmt::format("{:.3f}", value);
  return text.front() == '0' ? text.substr(1) : text;
}

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace recveil::cli
