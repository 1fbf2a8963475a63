#include "recommend/folds.h"

#include <string>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::recommend {

void check_folds(std::string_view who, const Interactions &training, const Folds &folds) {
  const auto fail = [who](const std::string &what) {
    throw Error(Status::argument, std::string(who) + ": " + what);
  };
  if (folds.count < 2 || folds.count > kMaxFolds) {
    fail(std::to_string(folds.count) + " folds, must be 2 to " + std::to_string(kMaxFolds));
  }
  if (folds.of.size() != training.n_users()) {
    fail("folds of " + std::to_string(folds.of.size()) + " users, the training data has " +
         std::to_string(training.n_users()));
  }
  for (std::size_t user = 0; user < folds.of.size(); ++user) {
    if (folds.of[user] < folds.count) continue;
    fail("row " + std::to_string(user) + " is in fold " + std::to_string(folds.of[user]) + " of " +
         std::to_string(folds.count));
  }
}

Interactions without_folds(const Interactions &training, const Folds &folds, std::uint32_t first,
                           std::uint32_t end) {
  Interactions out;
  out.n_items = training.n_items;
  for (std::size_t user = 0; user < training.n_users(); ++user) {
    if (user % 1024 == 0) pulse();
    const std::uint32_t fold = folds.of[user];
    if (fold < first || fold >= end) out.append(training.row(user));
  }
  return out;
}

Interactions only_fold(const Interactions &training, const Folds &folds, std::uint32_t fold) {
  Interactions out;
  out.n_items = training.n_items;
  for (std::size_t user = 0; user < training.n_users(); ++user) {
    if (user % 1024 == 0) pulse();
    if (folds.of[user] == fold) out.append(training.row(user));
  }
  return out;
}

std::vector<std::uint32_t> support(const Interactions &members) {
  std::vector<std::uint32_t> counts(members.n_items, 0);
  for (const std::uint32_t item : members.items) ++counts[item];
  return counts;
}

}  // namespace recveil::recommend
