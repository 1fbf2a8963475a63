#include "recommend/als.h"

#include "recommend/ials.h"

namespace recveil::recommend {

std::unique_ptr<FactorModel> train_als(const Interactions &training, const AlsOptions &options) {
  return train_ials(training, {.d = options.d,
                               .loss = {.observed_weight = 1,
                                        .unobserved_weight = 1,
                                        .regularization = options.regularization,
                                        .regularization_exponent = 0},
                               .sweeps = options.sweeps,
                               .seed = options.seed,
                               .threads = options.threads});
}

}  // namespace recveil::recommend
