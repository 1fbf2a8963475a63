#include "hooks/update/detector.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include "core/error.h"
#include "numerics/libsvm_model.h"
#include "numerics/ocsvm.h"

namespace recveil::hooks {
namespace {

// Stand-in until defense/screen is there: a one-class SVM over length and mean rating.
class Standin : public Detector {
 public:
  Standin(numerics::OneClassSvm svm, std::uint32_t n_items, float min, float max, std::uint64_t n)
      : svm_(std::move(svm)), n_items_(n_items), min_(min), max_(max), n_(n) {}
  std::uint32_t n_items() const override { return n_items_; }
  float rating_min() const override { return min_; }
  float rating_max() const override { return max_; }
  std::uint64_t training_accounts() const override { return n_; }
  std::uint64_t support_vectors() const override { return svm_.support().rows; }
  std::string bytes() const override {
    std::ostringstream out;
    out << n_items_ << ' ' << min_ << ' ' << max_ << ' ' << n_ << '\n';
    numerics::write_libsvm_model(svm_, out);
    return out.str();
  }
  Screened screen(const ScreenAccounts &accounts, std::string_view carry) const override {
    Screened out;
    std::size_t before = 0;
    if (carry.size() == sizeof(before)) std::memcpy(&before, carry.data(), sizeof(before));
    for (std::size_t u = 0; u < accounts.size(); ++u) {
      const std::size_t first = accounts.offsets[u], n = accounts.offsets[u + 1] - first;
      double sum = 0;
      for (std::size_t e = first; e < first + n; ++e) {
        sum += accounts.ratings.empty() ? 1 : static_cast<double>(accounts.ratings[e]);
      }
      const float row[2] = {std::log1p(static_cast<float>(n)),
                            static_cast<float>(n > 0 ? sum / static_cast<double>(n) : 0)};
      const double f = n > 0 ? svm_.decision(row) : 1;
      out.decisions.push_back(f < -0.01 ? ScreenDecision::quarantine : ScreenDecision::accept);
      out.scores.push_back(std::clamp(-f, -1.0, 1.0));
      out.reasons.push_back(f < -0.01 ? std::uint32_t{kReasonOutlier} : 0u);
      out.pushed.push_back(kNoItem);
    }
    before += accounts.size();
    out.carry.assign(reinterpret_cast<const char *>(&before), sizeof(before));
    return out;
  }

 private:
  numerics::OneClassSvm svm_;
  std::uint32_t n_items_;
  float min_, max_;
  std::uint64_t n_;
};

}  // namespace

std::shared_ptr<const Detector> train_detector(const Window &window, const ScreenPolicy &policy,
                                               std::uint64_t, const ScreenProgress &progress) {
  if (window.sample().size() < 20) throw Error(Status::data, "window: too few accounts");
  progress(0, "training");
  numerics::Matrix x{window.sample().size(), 2, std::vector<float>(2 * window.sample().size())};
  for (std::size_t u = 0; u < x.rows; ++u) {
    const Window::Entry &entry = window.sample()[u];
    double sum = 0;
    for (std::uint64_t e = entry.start; e < entry.start + entry.length; ++e) {
      sum += window.ratings().empty() ? 1 : static_cast<double>(window.ratings()[e]);
    }
    x.row(u)[0] = std::log1p(static_cast<float>(entry.length));
    x.row(u)[1] =
        static_cast<float>(sum / static_cast<double>(std::max<std::uint64_t>(entry.length, 1)));
  }
  auto trained = numerics::train_one_class(x, {.nu = policy.nu, .gamma = 1});
  progress(1, "training");
  const WindowShape shape = window.shape();
  return std::make_shared<Standin>(std::move(trained.svm), shape.n_items, shape.rating_min,
                                   shape.rating_max, window.accounts());
}

std::shared_ptr<const Detector> read_detector(std::string_view bytes) {
  std::istringstream in{std::string(bytes)};
  std::uint32_t n_items = 0;
  float min = 0, max = 0;
  std::uint64_t n = 0;
  if (!(in >> n_items >> min >> max >> n)) throw Error(Status::data, "detector: damaged");
  in.ignore(1);
  return std::make_shared<Standin>(numerics::read_libsvm_model(in, 2), n_items, min, max, n);
}

}  // namespace recveil::hooks
