#include "data/pipe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace recveil::data {
namespace {

[[noreturn]] void fail(const std::string &name, const char *what) {
  throw Error(Status::io, name + ": " + what + ": " + std::generic_category().message(errno));
}

int unnamed_file(const std::string &name) {
  const char *folder = std::getenv("TMPDIR");
  std::string path =
      std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/recveil-pipe-XXXXXX";
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) fail(name, "cannot be kept in a temporary file");
  ::unlink(path.c_str());
  return file;
}

void copy(int from, int to, const std::string &name) {
  std::array<char, 1 << 16> buffer;
  while (true) {
    ssize_t left = ::read(from, buffer.data(), buffer.size());
    if (left < 0 && errno == EINTR) continue;
    if (left < 0) fail(name, "cannot be read");
    if (left == 0) return;
    for (const char *at = buffer.data(); left > 0;) {
      const ssize_t n = ::write(to, at, static_cast<std::size_t>(left));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail(name, "cannot be kept in a temporary file");
      at += n;
      left -= n;
    }
  }
}

std::mutex lock;
std::map<std::pair<dev_t, ino_t>, int> files;  // open while the process lives

}  // namespace

bool is_pipe(int descriptor) {
  struct stat info {};
  return ::fstat(descriptor, &info) == 0 && S_ISFIFO(info.st_mode);
}

int kept(int pipe, const std::string &name) {
  struct stat info {};
  if (::fstat(pipe, &info) != 0) fail(name, "cannot be read");
  const std::lock_guard guard(lock);
  const auto [found, fresh] = files.try_emplace({info.st_dev, info.st_ino}, -1);
  if (fresh) {
    try {
      found->second = unnamed_file(name);
      copy(pipe, found->second, name);
    } catch (...) {
      if (found->second >= 0) ::close(found->second);
      files.erase(found);
      throw;
    }
  }
  // A description of its own, so that every reader has its own place in the file.
  const std::string path = "/proc/self/fd/" + std::to_string(found->second);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail(name, "cannot be read");
  return file;
}

}  // namespace recveil::data
