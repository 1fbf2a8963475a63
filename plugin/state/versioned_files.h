// Files of a state_dir that are never changed: <kind>-<version>.bin, and a file CURRENT (or a name
// of its own for each kind) that names the newest. Written to the side, synced, renamed: a crash at
// any point leaves the old version or the new one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace recveil::state {

// Owns no descriptor between calls. Any process and thread; publishers hold a PublisherLock.
class VersionedFiles {
 public:
  // kind, current, lock: names of the files. Throws Error(io) if the folder is missing or none.
  VersionedFiles(std::string folder, std::string kind, std::string current, std::string lock);

  struct File {
    std::uint64_t version = 0;
    std::string path, bytes;
  };
  // The newest file if it is newer than `version`. Nothing published yet: none. Throws Error(io).
  std::optional<File> newer_than(std::uint64_t version) const;

  // Makes `bytes` the newest; removes files older than the three newest. Throws Error(io).
  void write(std::uint64_t version, const std::string &bytes) const;

  // While it lives, no other process publishes this kind to the folder.
  class PublisherLock {
   public:
    explicit PublisherLock(const VersionedFiles &files);
    ~PublisherLock();
    PublisherLock(const PublisherLock &) = delete;
    PublisherLock &operator=(const PublisherLock &) = delete;

   private:
    int descriptor_;
  };

 private:
  std::uint64_t current() const;  // the version that the file CURRENT names; 0: none yet
  std::string name(std::uint64_t version) const;

  std::string folder_, kind_, current_, lock_;
};

}  // namespace recveil::state
