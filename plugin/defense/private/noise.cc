#include "defense/private/noise.h"

#include <sodium.h>

#include <cstring>
#include <vector>

namespace recveil::defense {
namespace {

__extension__ using Wide = unsigned __int128;

// A uniform deviate in (0, 1) of which only the digits that somebody asked for are drawn, 64 bits
// each. The first nearly always suffices.
class Uniform {
 public:
  explicit Uniform(NoiseWords &words) : words_(&words), first_(words.next()) {}

  std::uint64_t digit(std::size_t k) {
    if (k == 0) return first_;
    while (more_.size() < k) more_.push_back(words_->next());
    return more_[k - 1];
  }
  bool below(Uniform &other) {
    for (std::size_t k = 0;; ++k) {
      if (digit(k) != other.digit(k)) return digit(k) < other.digit(k);
    }
  }

 private:
  NoiseWords *words_;
  std::uint64_t first_;
  std::vector<std::uint64_t> more_;
};

// Uniform in [0, n), without the bias of a remainder.
std::uint64_t uniform_below(NoiseWords &words, std::uint64_t n) {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  for (;;) {
    const std::uint64_t word = words.next();
    if (word < limit) return word % n;
  }
}

// True with probability e^-1/2 (von Neumann): how long deviates from below 1/2 on fall.
bool exp_minus_half(NoiseWords &words) {
  Uniform last(words);
  if (last.digit(0) >> 63 != 0) return true;
  for (bool even = false;; even = !even) {
    Uniform next(words);
    if (!next.below(last)) return even;
    last = next;
  }
}

// True with probability exp(-x (2 k + x) / (2 k + 2)): Karney's algorithm B.
bool exp_of_product(NoiseWords &words, std::uint64_t k, Uniform &x) {
  Uniform *last = &x, kept(x);  // not a copy of x: it would draw digits of its own
  for (bool even = true;; even = !even) {
    Uniform next(words);
    if (!next.below(*last)) return even;
    const std::uint64_t choice = uniform_below(words, 2 * k + 2);
    if (choice == 0) return even;
    if (choice == 1) {
      Uniform third(words);
      if (!third.below(x)) return even;
    }
    kept = next;
    last = &kept;
  }
}

// k >= 0 with probability proportional to e^(-k / 2), then kept with e^(-k (k - 1) / 2).
bool draw_whole_part(NoiseWords &words, std::uint64_t *k) {
  *k = 0;
  while (exp_minus_half(words)) ++*k;
  for (std::uint64_t trial = 0; trial < *k * (*k - (*k > 0)); ++trial) {
    if (!exp_minus_half(words)) return false;
  }
  return true;
}

// floor(sigma (k + x) + 1/2), drawing digits of x until nothing below them can change it.
std::uint64_t scaled(std::uint64_t sigma, std::uint64_t k, Uniform &x) {
  const Wide first = Wide(sigma) * x.digit(0) + (Wide(1) << 63);
  const std::uint64_t whole = sigma * k + static_cast<std::uint64_t>(first >> 64);
  auto fraction = static_cast<std::uint64_t>(first);
  // What is not drawn yet adds less than sigma to the last word of the fraction.
  for (std::size_t digit = 1; fraction > UINT64_MAX - sigma; ++digit) {
    const Wide more = Wide(sigma) * x.digit(digit);
    const Wide sum = Wide(fraction) + static_cast<std::uint64_t>(more >> 64);
    if (sum >> 64 != 0) return whole + 1;
    if (static_cast<std::uint64_t>(sum) != UINT64_MAX) return whole;
    fraction = static_cast<std::uint64_t>(more);
  }
  return whole;
}

}  // namespace

Key noise_key(const Key &master, std::uint64_t release, std::uint32_t purpose, std::uint64_t sigma,
              std::span<const std::int64_t> statistics) {
  static constexpr char kLabel[] = "recveil private noise 1";
  crypto_generichash_state state;
  crypto_generichash_init(&state, master.bytes.data(), master.bytes.size(), 32);
  const auto add = [&](const void *bytes, std::size_t n) {
    crypto_generichash_update(&state, static_cast<const unsigned char *>(bytes), n);
  };
  add(kLabel, sizeof(kLabel));
  add(&release, sizeof(release));
  add(&purpose, sizeof(purpose));
  add(&sigma, sizeof(sigma));
  add(statistics.data(), statistics.size_bytes());
  Key out;
  crypto_generichash_final(&state, out.bytes.data(), out.bytes.size());
  sodium_memzero(&state, sizeof(state));
  return out;
}

std::uint64_t NoiseWords::next() {
  if (used_ % words_.size() == 0) {
    unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
    static_assert(sizeof(nonce) == sizeof(entry_));
    std::memcpy(nonce, &entry_, sizeof(nonce));
    words_ = {};
    auto *bytes = reinterpret_cast<unsigned char *>(words_.data());
    crypto_stream_chacha20_xor_ic(bytes, bytes, sizeof(words_), nonce, block_++, key_.bytes.data());
    used_ = 0;
  }
  return words_[used_++];
}

std::int64_t rounded_normal(NoiseWords &words, std::uint64_t sigma) {
  for (;;) {
    std::uint64_t k = 0;
    if (!draw_whole_part(words, &k)) continue;
    Uniform x(words);
    bool kept = true;
    for (std::uint64_t trial = 0; kept && trial <= k; ++trial) {
      kept = exp_of_product(words, k, x);
    }
    if (!kept) continue;
    const auto size = static_cast<std::int64_t>(scaled(sigma, k, x));
    return words.next() >> 63 != 0 ? -size : size;
  }
}

}  // namespace recveil::defense
