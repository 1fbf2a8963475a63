// A trained detector as the update hook sees it; the methods are in defense/screen.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/screening.h"
#include "hooks/update/window.h"

namespace recveil::hooks {

// progress(fraction, what): throws to cancel.
using ScreenProgress = std::function<void(double, const char *)>;

constexpr std::uint32_t kNoItem = UINT32_MAX;

// One element an account.
struct Screened {
  std::vector<ScreenDecision> decisions;
  std::vector<double> scores;          // in [-1, 1], higher is more suspicious
  std::vector<std::uint32_t> reasons;  // ScreenReason bits
  std::vector<std::uint32_t> pushed;   // the item that its group pushes; kNoItem
  std::string carry;                   // the carry-over with this batch
};

// Immutable; const access from any thread.
class Detector {
 public:
  virtual ~Detector() = default;
  virtual std::uint32_t n_items() const = 0;
  virtual float rating_min() const = 0;  // both 0: implicit
  virtual float rating_max() const = 0;
  virtual std::uint64_t training_accounts() const = 0;
  virtual std::uint64_t support_vectors() const = 0;
  virtual std::string bytes() const = 0;
  // carry: what earlier batches since the training left; empty at first. Throws Error(data) where
  // it is damaged.
  virtual Screened screen(const ScreenAccounts &accounts, std::string_view carry) const = 0;
};

std::shared_ptr<const Detector> train_detector(const Window &window, const ScreenPolicy &policy,
                                               std::uint64_t seed, const ScreenProgress &progress);
// Throws Error(data or version).
std::shared_ptr<const Detector> read_detector(std::string_view bytes);

}  // namespace recveil::hooks
