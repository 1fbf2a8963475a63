#include "data/plain_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "data/pipe.h"

namespace recveil::data {
namespace {

[[noreturn]] void io_error(const std::string &path, const char *what) {
  throw Error(Status::io, path + ": " + what + ": " + std::generic_category().message(errno));
}

}  // namespace

PlainFile::PlainFile(const std::string &path, Mode mode)
    : path_(path),
      descriptor_(::open(path.c_str(),
                         O_CLOEXEC | (mode == Mode::read ? O_RDONLY : O_WRONLY | O_CREAT), 0666)) {
  if (descriptor_ < 0) fail(mode == Mode::read ? "cannot be opened" : "cannot be written");
  if (mode == Mode::read && is_pipe(descriptor_)) {
    const int pipe = std::exchange(descriptor_, -1);
    descriptor_ = kept(pipe, path);
    ::close(pipe);
  }
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(descriptor_);
    throw Error(Status::io, path_ + ": is not a regular file");
  }
}

PlainFile::~PlainFile() {
  ::close(descriptor_);
}

void PlainFile::write_at(std::span<const char> bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

void PlainFile::cut(std::uint64_t size) const {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("cannot be cut");
}

void PlainFile::sync() const {
  if (::fdatasync(descriptor_) != 0) fail("cannot be written");
}

void PlainFile::fail(const char *what) const {
  io_error(path_, what);
}

std::size_t read_at(int descriptor, std::span<char> out, std::uint64_t offset,
                    const std::string &path) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::pread(descriptor, out.data() + done, out.size() - done,
                              static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) io_error(path, "cannot be read");
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

std::uint64_t file_size(int descriptor, const std::string &path) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) io_error(path, "cannot be read");
  return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace recveil::data
