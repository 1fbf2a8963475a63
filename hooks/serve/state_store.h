// The state_dir: immutable files state-<version>.bin, and CURRENT, which names the newest. Written
// to the side, synced, renamed: a crash at any point leaves the old state or the new one.
#pragma once

#include <optional>
#include <string>

#include "defense/serve/keys.h"
#include "hooks/serve/state.h"

namespace recveil::hooks {

// Owns no descriptor between calls. Any process and thread; publishers hold a PublisherLock.
class StateStore {
 public:
  // Throws Error(io) if the folder is missing or not writable for this process.
  StateStore(std::string folder, const defense::Key &key);

  // The newest state if it is newer than `version`. Nothing published yet: none.
  std::optional<ServeState> newer_than(std::uint64_t version) const;

  // Makes `state` the newest; removes files older than the three newest.
  void write(const ServeState &state) const;

  // While it lives, no other process publishes to the folder.
  class PublisherLock {
   public:
    explicit PublisherLock(const StateStore &store);
    ~PublisherLock();
    PublisherLock(const PublisherLock &) = delete;
    PublisherLock &operator=(const PublisherLock &) = delete;

   private:
    int descriptor_;
  };

 private:
  std::uint64_t current() const;  // the version CURRENT names; 0: nothing published yet

  std::string folder_;
  defense::Key key_;
};

}  // namespace recveil::hooks
