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

// A user who asks a second time does not wait for the nearest pulse().
void ask_to_stop(int signal) {
  if (__atomic_exchange_n(&stop_asked, 1, __ATOMIC_RELAXED) == 0) return;
  static_cast<void>(std::signal(signal, SIG_DFL));
  static_cast<void>(std::raise(signal));
}

}  // namespace

const std::int32_t *stop_flag() {
  static const bool installed = [] {
    static_cast<void>(std::signal(SIGINT, ask_to_stop));
    static_cast<void>(std::signal(SIGTERM, ask_to_stop));
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
  static_cast<void>(std::fflush(stderr));
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

}  // namespace recveil::cli
