// What a campaign achieves in a recommender, with and without screening.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/screening_campaigns.h"
#include "audit/screening_request.h"
#include "recommend/evaluate.h"
#include "recommend/recommender.h"

namespace recveil::audit {

// What genuine accounts are recommended by one model.
struct TargetsShown {
  double top10 = 0, top100 = 0;  // share of those without a target who are shown one
  double ndcg10 = 0;             // of the held-out item, among all unseen items
};

struct ImpactOutcome {
  std::string attack;
  std::size_t profile_size = 0;
  TargetsShown clean, poisoned, screened;
  std::optional<TargetsShown> weighted;  // where the recommender can be trained with weights
};

using Model = std::unique_ptr<recommend::Recommender>;
struct Trainer {
  std::function<Model(const Interactions &)> plain;  // empty: no impact
  // What each row did times a weight; gives null where the recommender knows no weights.
  std::function<Model(const Interactions &, std::span<const float>)> weighted;
};

// What a recommender that is trained on window, genuine batch and fakes recommends to the genuine
// accounts of both, at most 4,000 of them. One a split; keeps references.
class Impact {
 public:
  // history: of all accounts, without their held-out items; window, batch: places in it.
  Impact(const recommend::HoldOut &held_out, const std::vector<std::uint32_t> &window,
         const std::vector<std::uint32_t> &batch, Trainer train, std::uint64_t seed);

  // Without fakes, as seen by somebody who looks for these targets.
  TargetsShown clean(std::span<const std::uint32_t> targets) const;
  // fakes: rows that are trained on too; taken_out: genuine accounts of the batch that are not
  // (numbers in the data).
  TargetsShown with(const Interactions &fakes, std::span<const std::uint32_t> taken_out,
                    std::span<const std::uint32_t> targets) const;
  // Trained on everybody: on the window, with a weight for each genuine account of the batch, and
  // with one for each fake.
  std::optional<TargetsShown> weighted(const Interactions &fakes,
                                       std::span<const float> fake_weights,
                                       std::span<const float> batch_weights,
                                       std::span<const std::uint32_t> targets) const;

 private:
  TargetsShown shown_by(const recommend::Recommender &model,
                        std::span<const std::uint32_t> targets) const;

  const recommend::HoldOut &held_out_;
  std::vector<std::uint32_t> genuine_, looked_at_;
  Trainer train_;
  Model clean_;
};

}  // namespace recveil::audit
