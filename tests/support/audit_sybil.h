// A service of several folds that answers by a hash, remembers what it was asked, and the slow
// reading of removal probes from what it remembers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audit/accounts.h"

namespace recveil::support {

struct Question {
  std::uint64_t user = 0;
  std::vector<std::uint32_t> typed, shown;
};

inline bool has(const std::vector<std::uint32_t> &items, std::uint32_t item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

class HashService {
 public:
  HashService(std::uint32_t folds, std::uint32_t n_items) : folds_(folds), n_items_(n_items) {}

  std::uint32_t fold_of(std::uint64_t user) const {
    return static_cast<std::uint32_t>(mix(user) % folds_);
  }

  // About a third of the items that are not typed in, which ones depends on the fold and on what
  // is.
  audit::Accounts accounts() {
    return {folds_, [this](std::uint64_t user) { return fold_of(user); },
            [this](std::uint64_t user, std::span<const std::uint32_t> history,
                   std::vector<std::uint32_t> &shown) {
              Question question{user, {history.begin(), history.end()}, {}};
              std::uint64_t sum = fold_of(user);
              for (const std::uint32_t item : history) sum += mix(item);
              for (std::uint32_t item = 0; item < n_items_; ++item) {
                if (!has(question.typed, item) && mix(sum + item) % 3 == 0) {
                  question.shown.push_back(item);
                }
              }
              shown = question.shown;
              asked.push_back(question);
            }};
  }

  std::vector<Question> asked;

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 29)) * 0xBF58476D1CE4E5B9u;
    return x ^ (x >> 32);
  }

  std::uint32_t folds_, n_items_;
};

// What `questions` left out of `known`: of each item of known, how many of them did not type it in.
inline std::vector<std::size_t> times_hidden(const std::vector<Question> &questions,
                                             std::span<const std::uint32_t> known) {
  std::vector<std::size_t> out;
  for (const std::uint32_t item : known) {
    out.push_back(static_cast<std::size_t>(
        std::count_if(questions.begin(), questions.end(),
                      [&](const Question &each) { return !has(each.typed, item); })));
  }
  return out;
}

// The share of `known` that was shown to who had left it out.
inline double share_returned(const std::vector<Question> &questions,
                             std::span<const std::uint32_t> known) {
  double count = 0;
  for (const Question &each : questions) {
    for (const std::uint32_t item : known) {
      if (!has(each.typed, item) && has(each.shown, item)) count += 1;
    }
  }
  return known.empty() ? 0 : count / static_cast<double>(known.size());
}

}  // namespace recveil::support
