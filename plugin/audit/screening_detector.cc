#include "audit/screening_detector.h"

#include "core/error.h"
#include "defense/screen/detector.h"

namespace recveil::audit {
namespace {

defense::ScreenAccounts view(const Crowd &crowd) {
  const Interactions &rows = crowd.accounts.histories;
  return {rows.n_items, rows.offsets, rows.items, crowd.accounts.ratings, crowd.arrival, {}};
}

Screened screened(const defense::ScreenReport &report) {
  Screened out;
  for (const defense::AccountVerdict &verdict : report.accounts) {
    out.decision.push_back(static_cast<Decision>(verdict.decision));
    out.score.push_back(static_cast<double>(verdict.score));
  }
  return out;
}
static_assert(static_cast<int>(Decision::quarantine) ==
              static_cast<int>(defense::AccountDecision::quarantine));
static_assert(static_cast<int>(Decision::defer) ==
              static_cast<int>(defense::AccountDecision::defer));

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

// What is shipped.
class Screening : public Detector {
  class Carried : public Stream {
   public:
    explicit Carried(const defense::Detector &detector) : detector_(detector) {}
    Screened next(const Crowd &batch) override {
      defense::ScreenReport report = detector_.screen(view(batch), &carry_);
      carry_ = std::move(report.carry);
      return screened(report);
    }

   private:
    const defense::Detector &detector_;
    defense::ScreenCarry carry_;
  };

 public:
  explicit Screening(defense::Detector detector) : detector_(std::move(detector)) {}
  Screened screen(const Crowd &batch) const override {
    return screened(detector_.screen(view(batch)));
  }
  std::unique_ptr<Stream> stream() const override { return std::make_unique<Carried>(detector_); }

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
  return std::make_unique<Screening>(defense::Detector::train(view(window), options));
}

}  // namespace recveil::audit
