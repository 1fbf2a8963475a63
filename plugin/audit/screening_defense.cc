#include "audit/screening_defense.h"

#include <utility>

#include "defense/screen/screen_model.h"

namespace recveil::audit {
namespace {

// Everybody is let in.
class NoScreening : public ScreeningDefense {
  struct Open : Stream {
    Screened next(const Crowd &batch) override { return NoScreening().screen(batch); }
  };

 public:
  Screened screen(const Crowd &batch) const override {
    return {std::vector<Decision>(batch.size(), Decision::accept),
            std::vector<double>(batch.size(), 0),
            std::vector<float>(batch.size(), 1),
            {}};
  }
  std::unique_ptr<Stream> stream() const override { return std::make_unique<Open>(); }
};

defense::ScreenAccounts borrowed(const Crowd &crowd) {
  const attack::Accounts &accounts = crowd.accounts;
  return {crowd.n_items(),
          accounts.histories.offsets,
          accounts.histories.items,
          accounts.ratings,
          crowd.arrival,
          {},
          crowd.id,
          crowd.person,
          {}};
}

Screened screened_by(const defense::ScreenReport &report) {
  Screened out;
  for (const defense::AccountVerdict &verdict : report.accounts) {
    out.decision.push_back(verdict.decision);
    out.score.push_back(static_cast<double>(verdict.score));
    out.weight.push_back(verdict.weight);
    out.in_campaign.push_back(verdict.decision == Decision::quarantine && verdict.finding >= 0 ? 1
                                                                                               : 0);
  }
  return out;
}

class Screening : public ScreeningDefense {
  class Following : public Stream {
   public:
    Following(const defense::ScreenModel &model, Told told) : model_(model), told_(told) {}
    Screened next(const Crowd &batch) override {
      defense::BatchContext context;
      context.carry = &carry_;
      context.carry_down = &carry_down_;
      context.all_counted = told_ == Told::counted;
      defense::ScreenReport report = model_.screen(borrowed(batch), context);
      carry_ = std::move(report.carry);
      carry_down_ = std::move(report.carry_down);
      return screened_by(report);
    }

   private:
    const defense::ScreenModel &model_;
    const Told told_;
    defense::ScreenCarry carry_, carry_down_;
  };

 public:
  Screening(defense::ScreenModel model, Told told) : model_(std::move(model)), told_(told) {}
  Screened screen(const Crowd &batch) const override {
    defense::BatchContext context;
    context.all_counted = told_ == Told::counted;
    return screened_by(model_.screen(borrowed(batch), context));
  }
  std::unique_ptr<Stream> stream() const override {
    return std::make_unique<Following>(model_, told_);
  }

 private:
  defense::ScreenModel model_;
  const Told told_;
};

defense::ScreenModelOptions options_of(const std::string &defense, std::uint64_t seed) {
  defense::ScreenModelOptions out;
  out.method = defense == "ocsvm" ? ScreenMethod::ocsvm : ScreenMethod::full;
  out.seed = seed;
  return out;
}

}  // namespace

std::unique_ptr<ScreeningDefense> train_defense(const std::string &defense, const Crowd &window,
                                                std::uint64_t seed) {
  if (defense == "none") return std::make_unique<NoScreening>();
  return std::make_unique<Screening>(
      defense::ScreenModel::train(borrowed(window), options_of(defense, seed)), Told::nothing);
}

std::unique_ptr<ScreeningDefense> train_on_sample(const std::string &defense, const Crowd &window,
                                                  const Crowd &sample, Told told,
                                                  std::uint64_t seed) {
  if (defense == "none") return std::make_unique<NoScreening>();
  const defense::ScreenAccounts all = borrowed(window);
  const defense::ItemHistory history(all, defense::scale_of(all));
  return std::make_unique<Screening>(
      defense::ScreenModel::train(borrowed(sample), options_of(defense, seed), &history), told);
}

}  // namespace recveil::audit
