// What private releases have cost: an append-only table in a SQLite file of its own. An entry is on
// the disk before the noise that it pays for is drawn, so that a crash can cost a release and never
// hide one. Each entry is authenticated together with the one before it. No entry says anything
// about a person: digests are keyed, and of sums over everybody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/keys.h"
#include "core/seal.h"

namespace recveil::journal {

struct LedgerRelease {
  std::uint64_t number = 0;  // 1, 2, ...
  double mu = 0;
  Digest counts{};             // of the statistics that it was booked for
  std::optional<Digest> gram;  // once they are known
  std::uint64_t booked_at = 0;
  bool last = false;  // booked as the only one: nothing comes after it
};

// How far a ledger was: kept in another place, it tells an old copy of the ledger from the ledger.
struct LedgerMark {
  std::uint64_t n_entries = 0;
  Digest mac{};  // of the last of them
};

// Holds no descriptor between calls, so it survives a fork; calls in any process take turns, and
// wait up to 2 s. All throw Error: io, data (damaged, or another key), version, state (locked).
class Ledger {
 public:
  Ledger(std::string path, const Key &master);

  // By number; empty where there is no file yet.
  std::vector<LedgerRelease> releases() const;

  // Appends the release `number`, or finds it there. Throws Error(argument) unless it is the next
  // one, or is there with the same mu and digest; Error(state) where it would bring the root of the
  // sum of squares above `budget`.
  // only: it is the only release ever. Throws Error(state) for one after such a release.
  void book(std::uint64_t number, double mu, const Digest &counts, double budget, std::uint64_t now,
            bool only = false) const;
  // Adds the second statistics of a release that is booked. Throws Error(argument) where it is not,
  // or has others.
  void book_gram(std::uint64_t number, const Digest &gram, std::uint64_t now) const;

  LedgerMark mark() const;
  // Throws Error(data) unless the ledger is where `mark` was, or went on from there.
  void need(const LedgerMark &mark) const;

  // Keyed BLAKE2b-256 of statistics.
  Digest digest(std::span<const std::uint8_t> statistics) const noexcept {
    return digest_of(statistics, &digest_key_);
  }

 private:
  class File;

  std::string path_;
  Key chain_key_, digest_key_;
};

double spent(const std::vector<LedgerRelease> &releases) noexcept;

}  // namespace recveil::journal
