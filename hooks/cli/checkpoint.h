// How far a long command came, so that it goes on after kill -9: PATH.part holds what was done,
// PATH.checkpoint says how much of it counts and for which inputs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "data/plain_file.h"

namespace recveil::cli {

// A checkpoint is due so long after the one before; the first soon, for short work.
constexpr std::chrono::milliseconds kFirstCheckpoint{30}, kNextCheckpoint{1000};

// A file that says whether it is the one it was: its name, length and time of change.
nlohmann::json identity_of(const std::string &path);

struct Progressed {
  std::uint64_t rows = 0;   // done
  std::uint64_t bytes = 0;  // of PATH.part that belong to them
};

// The output of a long command: written in order to PATH.part, renamed to PATH by commit(). While
// it lives no other process writes the same output.
class ResumableFile {
 public:
  // job: everything that decides what is written. If PATH.checkpoint is there, resumed() is what it
  // says; throws Error(io) if it is of another job, unless `restart`, and if another process writes
  // the file.
  ResumableFile(const std::string &path, nlohmann::json job, bool restart);
  ~ResumableFile();
  ResumableFile(const ResumableFile &) = delete;
  ResumableFile &operator=(const ResumableFile &) = delete;

  const Progressed &resumed() const { return resumed_; }

  // Appends bytes, and with them `rows` more rows are done. One thread at a time.
  void append(std::span<const char> bytes, std::uint64_t rows);
  // Syncs, renames, removes the checkpoint.
  void commit();
  // Without commit() what was written stays, so that the job can resume; after this nothing stays.
  void discard() { discard_ = true; }

 private:
  void stop_keeper();
  void checkpoint(Progressed done);
  void keep_checkpoints();

  std::string path_;
  nlohmann::json job_;
  std::unique_ptr<data::PlainFile> part_;
  Progressed resumed_, done_;  // done_: guarded by lock_
  std::mutex lock_;
  std::condition_variable wake_;
  bool stop_ = false, discard_ = false, committed_ = false;
  std::exception_ptr error_;  // of the thread, guarded by lock_
  std::thread keeper_;        // writes checkpoints
};

}  // namespace recveil::cli
