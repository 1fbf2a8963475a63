// A file system in memory that loses what was not synced, registered with SQLite by name.
//
// Writes, truncations, syncs and deletions are numbered from 1. At operation crash_at the machine
// stops: a write is issued and never synced, anything else does not happen, and every later
// operation fails. restart() is the next boot. At operation fail_at, and for fail_for operations,
// writes find the disk full.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace recveil {

enum class Unsynced {
  lost,  // all of it
  torn,  // each sector of each write is there or not, and so is a file that was never synced
  kept,  // all there, as after a kill
};

class CrashVfs {
 public:
  static constexpr const char *kName = "recveil-crash";
  static CrashVfs &instance();  // registered on first use; not for several threads

  void format();  // no files, counters at zero
  void restart(Unsynced unsynced, std::mt19937_64 &random);
  bool crashed() const;
  std::uint64_t operations() const;

  std::uint64_t crash_at = 0;  // 0: never
  std::uint64_t fail_at = 0, fail_for = 0;
};

}  // namespace recveil
