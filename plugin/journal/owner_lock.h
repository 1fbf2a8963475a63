// One owner of a journal, and a note of how far it got. Next to the database lies "<path>-owner":
// the owner holds an open-file-description lock on it. Such a lock belongs to the descriptor: it
// ends with the process however it ends, it stays when the same process opens and closes the file
// once more (as a backup of the folder does), and a forked child closes the descriptor at once. In
// the file stands the last durable head, written without a sync after each commit: a database that
// lags it has lost entries that were durable (damage to the write-ahead log makes SQLite drop its
// tail without a word).
#pragma once

#include <cstdint>
#include <memory>
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
  struct Held;  // the descriptor, and the list of all that this process holds

  std::string path_;
  std::unique_ptr<Held> held_;
  mutable unsigned slot_ = 0;
};

}  // namespace recveil::journal
