#include "recommend/als.h"

namespace recveil::recommend {

IalsOptions as_ials(const AlsOptions &options) {
  return {.d = options.d,
          .loss = {.observed_weight = 1,
                   .unobserved_weight = 1,
                   .regularization = options.regularization,
                   .regularization_exponent = 0},
          .sweeps = options.sweeps,
          .seed = options.seed,
          .threads = options.threads};
}

std::unique_ptr<FactorModel> train_als(const Interactions &training, const AlsOptions &options) {
  return train_ials(training, as_ials(options));
}

}  // namespace recveil::recommend
