#include "recommend/ials.h"

#include <utility>
#include <vector>

#include "recommend/alternate.h"
#include "recommend/initial_factors.h"
#include "recommend/transpose.h"

namespace recveil::recommend {

std::unique_ptr<FactorModel> train_ials(const Interactions &training, const IalsOptions &options) {
  check_alternation("ials", options.d, options.loss, options.sweeps, options.threads);
  const Interactions users_of = transpose(training);
  Matrix users = initial_factors(training.n_users(), options);
  Matrix items{training.n_items, options.d, std::vector<float>(training.n_items * options.d)};
  for (unsigned sweep = 0; sweep < options.sweeps; ++sweep) {
    half_step(users, users_of, options.loss, options.threads, items);
    half_step(items, training, options.loss, options.threads, users);
  }
  return std::make_unique<FactorModel>(std::move(users), std::move(items), options.loss);
}

}  // namespace recveil::recommend
