#include "audit/screening_detector.h"

#include "core/error.h"

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

}  // namespace

std::unique_ptr<Detector> train_detector(const std::string &defense, const Crowd &window,
                                         std::uint64_t seed) {
  (void)window;
  (void)seed;
  if (defense == "none") return std::make_unique<NoScreening>();
  throw Error(Status::unsupported, "request.defense: " + defense + " is not there yet");
}

}  // namespace recveil::audit
