#include "state/versioned_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace recveil::state {
namespace {

constexpr std::size_t kMaxCurrent = 64;

[[noreturn]] void fail(const std::string &path, const char *what) {
  throw Error(Status::io, path + ": " + what + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  Descriptor(const std::string &path, int flags)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  bool opened() const { return fd_ >= 0; }

  std::string read_all() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) fail(path_, "cannot read");
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t n = ::read(fd_, bytes.data() + at, bytes.size() - at);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail(path_, "cannot read");
      if (n == 0) bytes.resize(at);
      at += static_cast<std::size_t>(n);
    }
    return bytes;
  }

  void write_and_sync(const std::string &bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t n = ::write(fd_, bytes.data() + at, bytes.size() - at);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail(path_, "cannot write");
      at += static_cast<std::size_t>(n);
    }
    sync();
  }
  void sync() const {
    if (::fsync(fd_) != 0) fail(path_, "cannot sync");
  }

 private:
  const std::string path_;
  const int fd_;
};

// The whole file or none of it, also after a crash.
void write_atomically(const std::string &folder, const std::string &name,
                      const std::string &bytes) {
  const std::string path = folder + "/" + name, side = path + ".new";
  try {
    const Descriptor file(side, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.opened()) fail(side, "cannot write");
    file.write_and_sync(bytes);
    if (::rename(side.c_str(), path.c_str()) != 0) fail(path, "cannot write");
  } catch (...) {
    ::unlink(side.c_str());
    throw;
  }
  const Descriptor directory(folder, O_RDONLY | O_DIRECTORY);
  if (!directory.opened()) fail(folder, "cannot open");
  directory.sync();
}

}  // namespace

VersionedFiles::VersionedFiles(std::string folder, std::string kind, std::string current,
                               std::string lock)
    : folder_(std::move(folder)),
      kind_(std::move(kind)),
      current_(std::move(current)),
      lock_(std::move(lock)) {
  struct stat info {};
  if (::stat(folder_.c_str(), &info) != 0) fail(folder_, "state_dir");
  if (!S_ISDIR(info.st_mode)) throw Error(Status::io, folder_ + ": state_dir: not a folder");
}

std::optional<VersionedFiles::File> VersionedFiles::newer_than(std::uint64_t version) const {
  // A file that CURRENT named a moment ago may be gone already when others publish fast: look
  // again.
  constexpr int kLooks = 100;
  for (int look = 1;; ++look) {
    const std::uint64_t newest = current();
    if (newest <= version) return std::nullopt;
    std::string path = folder_ + "/" + name(newest);
    const Descriptor file(path, O_RDONLY);
    if (!file.opened()) {
      if (errno == ENOENT && look < kLooks) continue;
      fail(path, "cannot open");
    }
    std::string bytes = file.read_all();
    return File{newest, std::move(path), std::move(bytes)};
  }
}

std::uint64_t VersionedFiles::current() const {
  const std::string path = folder_ + "/" + current_;
  const Descriptor file(path, O_RDONLY);
  if (!file.opened()) {
    if (errno == ENOENT) return 0;
    fail(path, "cannot open");
  }
  const std::string text = file.read_all();
  std::uint64_t newest = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), newest);
  if (text.size() > kMaxCurrent || parsed.ec != std::errc() ||
      std::string_view(parsed.ptr, text.data() + text.size()) != "\n") {
    throw Error(Status::io, path + ": damaged");
  }
  return newest;
}

void VersionedFiles::write(std::uint64_t version, const std::string &bytes) const {
  write_atomically(folder_, name(version), bytes);
  write_atomically(folder_, current_, std::to_string(version) + "\n");
  // A process that read CURRENT a moment ago may still be opening the file it named.
  if (version > 3) ::unlink((folder_ + "/" + name(version - 3)).c_str());
}

std::string VersionedFiles::name(std::uint64_t version) const {
  return kind_ + "-" + std::to_string(version) + ".bin";
}

VersionedFiles::PublisherLock::PublisherLock(const VersionedFiles &files) {
  const std::string path = files.folder_ + "/" + files.lock_;
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail(path, "cannot open");
  while (::flock(descriptor_, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    ::close(descriptor_);
    fail(path, "cannot lock");
  }
}

VersionedFiles::PublisherLock::~PublisherLock() {
  // Closing alone would not do: a child forked meanwhile has the descriptor, and with it the lock.
  ::flock(descriptor_, LOCK_UN);
  ::close(descriptor_);
}

}  // namespace recveil::state
