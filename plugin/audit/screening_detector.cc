#include "audit/screening_detector.h"

#include <utility>

#include "defense/screen/detector.h"

namespace recveil::audit {
namespace {

// Everybody is let in.
class NoScreening : public Detector {
  struct Open : Stream {
    Screened next(const Crowd &batch) override { return NoScreening().screen(batch); }
  };

 public:
  Screened screen(const Crowd &batch) const override {
    return {std::vector<Decision>(batch.size(), Decision::accept),
            std::vector<double>(batch.size(), 0)};
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
          {}};
}

Decision decision_of(defense::AccountDecision decision) {
  switch (decision) {
    case defense::AccountDecision::quarantine:
      return Decision::quarantine;
    case defense::AccountDecision::defer:
      return Decision::defer;
    case defense::AccountDecision::accept:
      break;
  }
  return Decision::accept;
}

Screened screened_by(const defense::ScreenReport &report) {
  Screened out;
  for (const defense::AccountVerdict &verdict : report.accounts) {
    out.decision.push_back(decision_of(verdict.decision));
    out.score.push_back(static_cast<double>(verdict.score));
  }
  return out;
}

class Screening : public Detector {
  class Following : public Stream {
   public:
    explicit Following(const defense::Detector &detector) : detector_(detector) {}
    Screened next(const Crowd &batch) override {
      defense::ScreenReport report = detector_.screen(borrowed(batch), &carry_);
      carry_ = std::move(report.carry);
      return screened_by(report);
    }

   private:
    const defense::Detector &detector_;
    defense::ScreenCarry carry_;
  };

 public:
  explicit Screening(defense::Detector detector) : detector_(std::move(detector)) {}
  Screened screen(const Crowd &batch) const override {
    return screened_by(detector_.screen(borrowed(batch)));
  }
  std::unique_ptr<Stream> stream() const override { return std::make_unique<Following>(detector_); }

 private:
  defense::Detector detector_;
};

}  // namespace

std::unique_ptr<Detector> train_detector(const std::string &defense, const Crowd &window,
                                         std::uint64_t seed) {
  if (defense == "none") return std::make_unique<NoScreening>();
  defense::DetectorOptions options;
  options.method = defense == "ocsvm" ? defense::ScreenMethod::ocsvm : defense::ScreenMethod::full;
  options.seed = seed;
  return std::make_unique<Screening>(defense::Detector::train(borrowed(window), options));
}

}  // namespace recveil::audit
