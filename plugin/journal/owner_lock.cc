#include "journal/owner_lock.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "core/error.h"
#include "core/writer_lock.h"

namespace recveil::journal {
namespace {

// Two slots in different sectors, written in turn: a torn write spoils one of them.
constexpr off_t slot_bytes = 512;
constexpr off_t process_at = 2 * slot_bytes;  // the number of the owner's process, for error texts
using Slot = std::array<unsigned char, 8 + 32 + 16>;

constexpr int kMostWait = 1000;

bool lock(int file) noexcept {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(file, F_OFD_SETLK, &whole) == 0;
}

void authenticate(const Key &key, Slot &slot) noexcept {
  crypto_generichash(slot.data() + 40, 16, slot.data(), 40, key.bytes.data(), key.bytes.size());
}

}  // namespace

// A child shares the open files of its parent, and so the locks on them: it must close its own
// descriptors, or the lock would outlive the parent in it.
struct OwnerLock::Held {
  explicit Held(const std::string &path) {
    follow_forks();
    const std::lock_guard lock(held_lock);  // no allocation from here on: fork() takes this lock
    file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return;
    next = first;
    first = this;
  }
  ~Held() {
    const std::lock_guard lock(held_lock);
    if (file < 0) return;
    Held **at = &first;
    while (*at != this) at = &(*at)->next;
    *at = next;
    ::close(file);
  }
  Held(const Held &) = delete;
  Held &operator=(const Held &) = delete;

  int file = -1;
  Held *next = nullptr;

 private:
  static WriterLock held_lock;
  static Held *first;

  static void follow_forks() {
    static const int failed = ::pthread_atfork([] { held_lock.lock(); }, [] { held_lock.unlock(); },
                                               [] {
                                                 for (; first != nullptr; first = first->next) {
                                                   ::close(first->file);
                                                   first->file = -1;
                                                 }
                                                 held_lock.unlock();
                                               });
    if (failed != 0) throw Error(Status::no_memory, "a fork could not be prepared for");
  }
};
WriterLock OwnerLock::Held::held_lock;
OwnerLock::Held *OwnerLock::Held::first = nullptr;

OwnerLock::OwnerLock(const std::string &journal_path)
    : path_(journal_path + "-owner"), held_(std::make_unique<Held>(path_)) {
  const int file = held_->file;
  if (file < 0) throw Error(Status::io, path_ + ": cannot open: " + std::strerror(errno));
  std::int64_t process = 0;
  for (int wait_ms = 0; !lock(file); ++wait_ms) {
    if (errno != EAGAIN && errno != EACCES) {
      throw Error(Status::io, path_ + ": cannot lock: " + std::strerror(errno));
    }
    const bool known = ::pread(file, &process, sizeof process, process_at) == sizeof process;
    const bool gone = known && ::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
    if (gone && wait_ms < kMostWait) {  // a child it forked just before has not run yet
      ::usleep(1000);
      continue;
    }
    throw Error(Status::state, journal_path + (known && process == ::getpid()
                                                   ? ": this process has the journal open already"
                                                   : ": another process owns the journal" +
                                                         (known ? ": " + std::to_string(process)
                                                                : std::string())));
  }
  process = ::getpid();
  if (::pwrite(file, &process, sizeof process, process_at) != sizeof process) {
    throw Error(Status::io, path_ + ": cannot write: " + std::strerror(errno));
  }
}

OwnerLock::~OwnerLock() = default;

std::optional<Anchor> OwnerLock::read(const Key &key) const {
  std::optional<Anchor> best;
  bool something = false;
  for (unsigned i = 0; i < 2; ++i) {
    Slot slot{};
    const auto got =
        ::pread(held_->file, slot.data(), slot.size(), static_cast<off_t>(i) * slot_bytes);
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
      ::pwrite(held_->file, slot.data(), slot.size(), static_cast<off_t>(slot_) * slot_bytes);
  static_cast<void>(done);
}

}  // namespace recveil::journal
