#include "metrics/audit_results.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace recveil::metrics {
namespace {

using Word = std::atomic<std::uint64_t>;
static_assert(Word::is_always_lock_free);
constexpr std::size_t kWords = sizeof(AuditResult) / sizeof(std::uint64_t);
using Words = std::array<std::uint64_t, kWords>;

// A result and what state it is in: 0, empty; kWriting and the process that is writing it; else the
// ticket of the result it holds.
struct Copy {
  Word state;
  Word words[kWords];
};
constexpr std::uint64_t kWriting = std::uint64_t{1} << 63;
constexpr std::size_t kCopies = 8;

bool is_gone(pid_t process) noexcept {
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

// Makes the copy this thread's to write, unless another writer is in it whose process lives, or it
// holds what was set after this ticket was given out: a writer that slept must not replace that.
bool claim(Copy &copy, std::uint64_t ticket) noexcept {
  std::uint64_t state = copy.state.load();
  if ((state & kWriting) == 0 && state > ticket) return false;
  if ((state & kWriting) != 0 && !is_gone(static_cast<pid_t>(state & ~kWriting))) return false;
  return copy.state.compare_exchange_strong(state,
                                            kWriting | static_cast<std::uint64_t>(::getpid()));
}

}  // namespace

struct AuditResults::Slot {
  Word tickets;  // given out
  Word newest;   // ticket of the newest whole copy; 0: none yet
  Copy copies[kCopies];
};

AuditResults::AuditResults() : pages_(kAttacks * 2 * kAdversaries * sizeof(Slot)) {}

AuditResults::Slot &AuditResults::slot(Attack attack, bool defended,
                                       Adversary adversary) const noexcept {
  const std::size_t kind = place_of(attack) * 2 + (defended ? 1 : 0);
  return static_cast<Slot *>(pages_.data())[kind * kAdversaries + place_of(adversary)];
}

void AuditResults::set(const AuditResult &result) noexcept {
  Words words;
  std::memcpy(words.data(), &result, sizeof(result));
  Slot &mine = slot(result.attack, result.defended, result.adversary);
  for (std::size_t turn = 0; turn < kCopies; ++turn) {
    const std::uint64_t ticket = mine.tickets.fetch_add(1) + 1;
    Copy &copy = mine.copies[ticket % kCopies];
    if (!claim(copy, ticket)) continue;
    for (std::size_t i = 0; i < kWords; ++i) copy.words[i].store(words[i]);
    copy.state.store(ticket);
    std::uint64_t newest = mine.newest.load();
    while (newest < ticket && !mine.newest.compare_exchange_weak(newest, ticket)) {
    }
    return;
  }
}

std::optional<AuditResult> AuditResults::get(Attack attack, bool defended,
                                             Adversary adversary) const noexcept {
  const Slot &held = slot(attack, defended, adversary);
  // Each turn waits for a write to end. Copies that none ends, because their processes were killed,
  // count as no result.
  for (int turn = 0; turn < 1000; ++turn) {
    const std::uint64_t newest = held.newest.load();
    if (newest == 0) return std::nullopt;
    const Copy &copy = held.copies[newest % kCopies];
    if (copy.state.load() != newest) continue;  // a newer one is there already
    Words words;
    for (std::size_t i = 0; i < kWords; ++i) words[i] = copy.words[i].load();
    if (copy.state.load() != newest) continue;
    AuditResult result;
    std::memcpy(static_cast<void *>(&result), words.data(), sizeof(result));
    return result;
  }
  return std::nullopt;
}

}  // namespace recveil::metrics
