#include "journal/owner_lock.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

#include "core/error.h"
#include "core/writer_lock.h"

namespace recveil::journal {
namespace {

// POSIX locks do not hold within a process, and closing any descriptor of the file drops them: so
// files that this process owns are known here, and never opened twice.
struct Owned {
  pid_t process;
  dev_t device;
  ino_t inode;
};
WriterLock owned_lock;
std::vector<Owned> &owned() {
  static std::vector<Owned> files;
  return files;
}

// Two slots in different sectors, written in turn: a torn write spoils one of them.
constexpr off_t slot_bytes = 512;
using Slot = std::array<unsigned char, 8 + 32 + 16>;

void authenticate(const Key &key, Slot &slot) noexcept {
  crypto_generichash(slot.data() + 40, 16, slot.data(), 40, key.bytes.data(), key.bytes.size());
}

}  // namespace

OwnerLock::OwnerLock(const std::string &journal_path) : path_(journal_path + "-owner") {
  const std::lock_guard lock(owned_lock);
  auto &files = owned();
  const pid_t self = ::getpid();
  std::erase_if(files, [&](const Owned &file) { return file.process != self; });  // before a fork
  struct stat info {};
  if (::stat(path_.c_str(), &info) == 0 &&
      std::any_of(files.begin(), files.end(), [&](const Owned &file) {
        return file.device == info.st_dev && file.inode == info.st_ino;
      })) {
    throw Error(Status::state, journal_path + ": this process has the journal open already");
  }
  files.reserve(files.size() + 1);
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file_ < 0 || ::fstat(file_, &info) != 0) {
    const std::string why = std::strerror(errno);
    if (file_ >= 0) ::close(file_);
    throw Error(Status::io, path_ + ": cannot open: " + why);
  }
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file_, F_SETLK, &whole) != 0) {
    const int why = errno;
    whole.l_type = F_WRLCK;
    const bool known = ::fcntl(file_, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    ::close(file_);
    if (why != EAGAIN && why != EACCES) {
      throw Error(Status::io, path_ + ": cannot lock: " + std::strerror(why));
    }
    throw Error(Status::state, journal_path + ": another process owns the journal" +
                                   (known ? ": " + std::to_string(whole.l_pid) : std::string()));
  }
  device_ = info.st_dev;
  inode_ = info.st_ino;
  files.push_back({self, device_, inode_});
}

OwnerLock::~OwnerLock() {
  const std::lock_guard lock(owned_lock);
  const pid_t self = ::getpid();
  std::erase_if(owned(), [&](const Owned &file) {
    return file.process == self && file.device == device_ && file.inode == inode_;
  });
  ::close(file_);
}

std::optional<Anchor> OwnerLock::read(const Key &key) const {
  std::optional<Anchor> best;
  bool something = false;
  for (unsigned i = 0; i < 2; ++i) {
    Slot slot{};
    const auto got = ::pread(file_, slot.data(), slot.size(), static_cast<off_t>(i) * slot_bytes);
    if (got < 0) throw Error(Status::io, path_ + ": cannot read: " + std::strerror(errno));
    if (std::all_of(slot.begin(), slot.end(), [](unsigned char byte) { return byte == 0; })) {
      continue;
    }
    something = true;
    Slot good = slot;
    authenticate(key, good);
    if (sodium_memcmp(good.data(), slot.data(), slot.size()) != 0) continue;
    Anchor anchor;
    std::memcpy(&anchor.seq, slot.data(), 8);
    std::memcpy(anchor.hash.data(), slot.data() + 8, 32);
    if (!best || anchor.seq > best->seq) {
      best = anchor;
      slot_ = i;
    }
  }
  if (something && !best) {
    throw Error(Status::data, path_ + ": damaged, or of a journal with another key");
  }
  return best;
}

void OwnerLock::write(const Key &key, const Anchor &anchor) noexcept {
  Slot slot{};
  std::memcpy(slot.data(), &anchor.seq, 8);
  std::memcpy(slot.data() + 8, anchor.hash.data(), 32);
  authenticate(key, slot);
  slot_ ^= 1;
  const auto done =
      ::pwrite(file_, slot.data(), slot.size(), static_cast<off_t>(slot_) * slot_bytes);
  static_cast<void>(done);
}

}  // namespace recveil::journal
