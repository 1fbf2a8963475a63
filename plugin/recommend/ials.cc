#include "recommend/ials.h"

#include <cmath>
#include <utility>

#include "core/random.h"
#include "recommend/alternate.h"
#include "recommend/transpose.h"

namespace recveil::recommend {
namespace {

constexpr std::uint64_t kInitialStream = 0x69616C73;  // "ials"

Matrix zeros(std::size_t rows, std::size_t d) {
  return {rows, d, std::vector<float>(rows * d)};
}

Matrix initial_users(std::size_t n, const IalsOptions &options) {
  Matrix users = zeros(n, options.d);
  Rng rng(options.seed, kInitialStream);
  const double deviation = 0.1 / std::sqrt(static_cast<double>(options.d));
  for (float &value : users.data) value = static_cast<float>(deviation * rng.normal());
  return users;
}

}  // namespace

std::unique_ptr<FactorModel> train_ials(const Interactions &training, const IalsOptions &options) {
  check_alternation("ials", options.d, options.loss, options.sweeps, options.threads);
  const Interactions users_of = transpose(training);
  Matrix users = initial_users(training.n_users(), options);
  Matrix items = zeros(training.n_items, options.d);
  for (unsigned sweep = 0; sweep < options.sweeps; ++sweep) {
    half_step(users, users_of, options.loss, options.threads, items);
    half_step(items, training, options.loss, options.threads, users);
  }
  return std::make_unique<FactorModel>(std::move(users), std::move(items), options.loss);
}

}  // namespace recveil::recommend
