// The defence that a screening audit attacks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "audit/screening_accounts.h"

namespace recveil::audit {

enum class Decision : std::uint8_t { accept, quarantine, defer };

struct Screened {
  std::vector<Decision> decision;  // per account of the batch
  std::vector<double> score;       // higher: more suspicious; comparable within the batch alone
};

class Detector {
 public:
  virtual ~Detector() = default;
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

// defense: none, ocsvm or full. Trained on the window alone; the same seed, the same detector.
std::unique_ptr<Detector> train_detector(const std::string &defense, const Crowd &window,
                                         std::uint64_t seed);

}  // namespace recveil::audit
