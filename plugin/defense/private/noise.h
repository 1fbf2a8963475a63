// Noise for differential privacy: normal draws without any rounding before the last step, rounded
// to integers. A sum of doubles and a drawn double tell the sum by their low bits (Mironov,
// CCS'12); an integer plus the rounded draw is the rounded sum of both, so that the guarantee of
// the continuous normal holds to the letter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/keys.h"

namespace recveil::defense {

// What the noise of a release is drawn from: another release, another size of the noise, or other
// statistics, have noise that has nothing to do with it. The same give the same noise, so that a
// retry releases nothing new. purpose: which of a release's statistics. Anyone who holds the key
// can take the noise off.
Key noise_key(const Key &master, std::uint64_t release, std::uint32_t purpose, std::uint64_t sigma,
              std::span<const std::int64_t> statistics);

// Uniform 64-bit words of one entry of a release (ChaCha20, the entry is the nonce). Entries are
// independent, so that neither order nor threads matter.
class NoiseWords {
 public:
  NoiseWords(const Key &key, std::uint64_t entry) : key_(key), entry_(entry) {}
  std::uint64_t next();

 private:
  const Key &key_;
  std::uint64_t entry_;
  std::uint64_t block_ = 0;
  std::size_t used_ = 0;
  std::array<std::uint64_t, 8> words_{};
};

// N(0, sigma^2) rounded to the nearest integer, exactly: Karney's algorithm N with as many digits
// of the uniform deviates as it takes (ACM Trans. Math. Softw. 42, 2016). REQUIRES: sigma in [1,
// 2^40].
std::int64_t rounded_normal(NoiseWords &words, std::uint64_t sigma);

}  // namespace recveil::defense
