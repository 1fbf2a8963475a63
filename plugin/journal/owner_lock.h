// One owner of a journal, and a note of how far it got. Beside the database lies "<path>-owner":
// whoever owns the journal holds a POSIX lock on it, which ends with the process however it ends
// and is not inherited over fork. In it stands the last durable head, written without a sync after
// each commit: a database that is behind it has lost entries that were durable (damage to the
// write-ahead log makes SQLite drop its tail without a word).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "journal/keys.h"

namespace recveil::journal {

struct Anchor {
  std::uint64_t seq = 0;
  Hash hash{};
};

class OwnerLock {
 public:
  // Throws Error(state) if somebody has it, naming the process; Error(io).
  explicit OwnerLock(const std::string &journal_path);
  ~OwnerLock();
  OwnerLock(const OwnerLock &) = delete;
  OwnerLock &operator=(const OwnerLock &) = delete;

  // Throws Error(data) if the file is not empty and holds no note of this key.
  std::optional<Anchor> read(const Key &key) const;
  // Best effort: a note that is too old finds less and says nothing wrong.
  void write(const Key &key, const Anchor &anchor) noexcept;
  const std::string &path() const noexcept { return path_; }

 private:
  std::string path_;
  int file_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  mutable unsigned slot_ = 0;
};

}  // namespace recveil::journal
