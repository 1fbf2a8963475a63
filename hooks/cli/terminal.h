// What every command shares: exit statuses, Ctrl-C, and progress on a terminal.
#pragma once

#include <cstdint>
#include "columns.h"
#include "recveil/base.h"

namespace recveil::cli {

// Exit statuses, the same for every command.
enum Exit : int {
  kOk = 0,        // done; an audit found no leak
  kFinding = 1,   // a leak, or what else a command looks for
  kBadInput = 2,  // usage, a file, a configuration
  kInconclusive = 3,
  kStopped = 130,  // Ctrl-C
};

// A flag that Ctrl-C or SIGTERM sets, from the first call on. A second signal ends the process.
const std::int32_t *stop_flag();

// A line on stderr that is redrawn, if stderr is a terminal; else nothing.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  // For the options of a long call: draws, and stops the call after Ctrl-C.
  recveil_progress watch();

  // A recveil_progress_fn with the Progress as ctx. Returns 1, to stop, after Ctrl-C.
  static std::int32_t callback(void *ctx, double fraction, const char *what) noexcept;

 private:
  void draw(double fraction, const char *what);
  bool terminal_;
  bool drawn_ = false;
};

// Returns at Ctrl-C or SIGTERM.
void wait_for_stop();

}  // namespace recveil::cli
