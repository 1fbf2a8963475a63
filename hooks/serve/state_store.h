// The published state in the state_dir: files state-<version>.bin and CURRENT
// (state/versioned_files.h).
#pragma once

#include <optional>
#include <string>

#include "core/keys.h"
#include "hooks/serve/state.h"
#include "state/versioned_files.h"

namespace recveil::hooks {

// Owns no descriptor between calls. Any process and thread; publishers hold a PublisherLock.
class StateStore {
 public:
  // Throws Error(io) if the folder is missing or not writable for this process.
  StateStore(std::string folder, const Key &key);

  // The newest state if it is newer than `version`. Nothing published yet: none.
  std::optional<ServeState> newer_than(std::uint64_t version) const;

  // Makes `state` the newest; removes files older than the three newest.
  void write(const ServeState &state) const;

  // While it lives, no other process publishes a state to the folder.
  class PublisherLock : state::VersionedFiles::PublisherLock {
   public:
    explicit PublisherLock(const StateStore &store)
        : state::VersionedFiles::PublisherLock(store.files_) {}
  };

 private:
  state::VersionedFiles files_;
  Key key_;
};

}  // namespace recveil::hooks
