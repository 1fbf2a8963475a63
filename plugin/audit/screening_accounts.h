// Accounts of a screening audit: what a host has of them, and who plays which part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "attack/profile.h"
#include "core/random.h"
#include "data/dataset.h"

namespace recveil::audit {

// Accounts in rows, each with the time of its first interaction (Unix seconds; empty: not known).
struct Crowd {
  attack::Accounts accounts;
  std::vector<std::int64_t> arrival;
  std::vector<std::uint64_t> id;      // no account twice in a batch
  std::vector<std::uint64_t> person;  // 0: one of its own; empty: all

  std::size_t size() const { return accounts.histories.n_users(); }
  std::uint32_t n_items() const { return accounts.histories.n_items; }
  bool rated() const { return !accounts.ratings.empty(); }
};

// Everybody in the data. An account of which no time is known arrives at 0. The catalogue has one
// more item, the last, that nobody has: one that is launched when a scene wants it.
Crowd everybody(const data::Dataset &dataset);
inline std::uint32_t new_item(const Crowd &crowd) {
  return crowd.n_items() - 1;
}

// The rows named by `users`, in that order.
Crowd select(const Crowd &from, std::span<const std::uint32_t> users);

// REQUIRES: the same items; both with ratings or neither; likewise arrivals.
void append(Crowd &to, const Crowd &more);

// Fakes as a crowd that arrives along with `among`: each takes the arrival of one of them at
// random. Nobody in the data has their ids.
Crowd arriving_with(attack::Accounts fakes, const Crowd &among, Rng &rng,
                    std::uint64_t first_id = std::uint64_t{1} << 40);

// Accounts to be screened together, in random order: a place among them tells nothing.
struct Batch {
  Crowd crowd;
  std::vector<std::uint8_t> fake;  // per account: 1 for a fake
};
Batch mixed(const Crowd &genuine, const Crowd &fakes, Rng &rng);

// Nobody is in two parts.
struct Parts {
  std::vector<std::uint32_t> window;  // whom the defender trusts
  std::vector<std::uint32_t> batch;   // genuine accounts among which fakes come
  std::vector<std::uint32_t> donors;  // whom the defender has never seen
};

// At random: 70 % window, 20 % batch, the rest donors. Throws Error(data) with fewer than 100
// users.
Parts deal_parts(std::size_t n_users, std::uint64_t seed);

// At random: a batch of `batch` and everybody else as the window.
Parts deal_clean(std::size_t n_users, std::size_t batch, std::uint64_t seed);

// In order of arrival (ties by row): repeat r of `repeats`. The batch is `batch` accounts in a row,
// the window all who came before them; the places of the batches are spread evenly over the later
// half of the arrivals, so those of neighbouring repeats overlap where the data are few.
Parts deal_by_arrival(std::span<const std::int64_t> arrival, std::size_t batch, std::size_t r,
                      std::size_t repeats);

// How many accounts of the window have each item.
std::vector<std::uint32_t> popularity(const Crowd &crowd);

}  // namespace recveil::audit
