// The defence that a screening audit attacks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "audit/screening_accounts.h"
#include "core/screening.h"

namespace recveil::audit {

using Decision = ScreenDecision;

struct Screened {
  std::vector<Decision> decision;  // per account of the batch
  std::vector<double> score;       // higher: more suspicious; comparable within the batch alone
  std::vector<float> weight;       // in [0, 1]: what a trainer multiplies its interactions with
  // 1: quarantined as part of a campaign, not for itself alone. Empty: not told.
  std::vector<std::uint8_t> in_campaign;
};

class ScreeningDefense {
 public:
  virtual ~ScreeningDefense() = default;
  // One batch against the trusted window alone, as if no other had come since the training. From
  // any thread.
  virtual Screened screen(const Crowd &batch) const = 0;
  // Batches that follow each other: what was seen of items in earlier ones counts. Not const calls.
  class Stream {
   public:
    virtual ~Stream() = default;
    virtual Screened next(const Crowd &batch) = 0;
  };
  virtual std::unique_ptr<Stream> stream() const = 0;
};

// defense: none, ocsvm or full. Trained on the window alone; the same seed, the same model.
std::unique_ptr<ScreeningDefense> train_defense(const std::string &defense, const Crowd &window,
                                                std::uint64_t seed);

// How accounts come to be screened: as new ones, or as accounts that the window counted already
// (RECVEIL_TRIGGER_UPDATE).
enum class Told { nothing, counted };

// Trained on `sample` with the item statistics of all of `window`, which holds it: a window that
// has more accounts than it keeps. `told` of every batch.
std::unique_ptr<ScreeningDefense> train_on_sample(const std::string &defense, const Crowd &window,
                                                  const Crowd &sample, Told told,
                                                  std::uint64_t seed);

}  // namespace recveil::audit
