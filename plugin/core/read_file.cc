#include "core/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/error.h"

namespace recveil {
namespace {

constexpr std::size_t kLeastRead = 64 << 10;

[[noreturn]] void fail(const std::string &name, const std::string &what) {
  throw Error(Status::io, name + ": " + what);
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

class Descriptor {
 public:
  explicit Descriptor(const std::string &path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) fail(path, "cannot be opened: " + reason(errno));
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::string read_file(const std::string &path, std::size_t most) {
  return read_file(Descriptor(path).get(), path, most);
}

std::string read_file(int descriptor, const std::string &name, std::size_t most) {
  std::string out;
  std::size_t held = 0;
  for (;;) {
    if (held == out.size()) out.resize(std::min(most + 1, std::max(kLeastRead, 2 * held)));
    const ssize_t n = ::read(descriptor, out.data() + held, out.size() - held);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(name, "cannot be read: " + reason(errno));
    if (n == 0) break;
    held += static_cast<std::size_t>(n);
    if (held > most) fail(name, "is longer than " + std::to_string(most >> 20) + " MiB");
  }
  out.resize(held);
  return out;
}

}  // namespace recveil
