#include "defense/screen/family_fakes.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "core/random.h"

namespace recveil::defense {
namespace {

enum class Fill : std::uint8_t {
  uniform,
  bandwagon,
  segment,
  popular_20,
  popular_60,
  sampled,
  mix,
  decoys
};
enum class Rate : std::uint8_t { overall, item, extremes };

struct Family {
  std::string_view name;
  Fill fill;
  Rate rate;
};
constexpr Family kFamilies[] = {
    {"random", Fill::uniform, Rate::overall},
    {"average", Fill::uniform, Rate::item},
    {"bandwagon", Fill::bandwagon, Rate::overall},
    {"segment", Fill::segment, Rate::extremes},
    {"popular_fill", Fill::popular_20, Rate::item},
    {"popular_fill", Fill::popular_60, Rate::item},
    {"popularity_sampled", Fill::sampled, Rate::item},
    {"mix", Fill::mix, Rate::item},
    {"sensitive_and_decoys", Fill::decoys, Rate::item},
};

class Maker {
 public:
  Maker(const ScreenAccounts &window, const ItemHistory &history,
        const std::vector<std::uint32_t> &donors, std::uint64_t seed)
      : window_(window),
        history_(history),
        donors_(donors),
        rng_(seed, 91),
        used_(window.n_items, 0),
        preset_(window.n_items, 0.0f) {
    for (std::uint32_t i = 0; i < window.n_items; ++i) {
      if (history.count[0][i] > 0) popular_.push_back(i);
    }
    std::stable_sort(popular_.begin(), popular_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return history.count[0][a] > history.count[0][b];
    });
    const double n = std::max(1.0, history.interactions);
    mean_ = history.rating_sum / n;
    deviation_ = std::sqrt(std::max(0.0, history.rating_squares / n - mean_ * mean_));
    levels_.assign(window.ratings.begin(), window.ratings.end());
    std::sort(levels_.begin(), levels_.end());
    levels_.erase(std::unique(levels_.begin(), levels_.end()), levels_.end());
  }

  // A campaign of `fakes` accounts of `length` items with one target.
  void campaign(const Family &family, std::size_t length, std::size_t fakes, OwnedAccounts &out) {
    if (popular_.size() < 8) return;
    length = std::clamp<std::size_t>(length, 6, popular_.size() / 2 + 6);
    const std::uint32_t target = popular_[rng_.below(popular_.size())];
    const bool pushes = rng_.uniform() < .5;
    const auto core = core_items(family);
    for (std::size_t f = 0; f < fakes; ++f) {
      ++mark_;
      items_.clear();
      if (pushes) take(target, history_.scale.highest);
      for (const std::uint32_t item : core) take(item, history_.scale.highest);
      fill(family, length);
      std::vector<float> ratings;
      if (history_.scale.rated) {
        for (const std::uint32_t item : items_) {
          ratings.push_back(std::isnan(preset_[item]) ? rate(family, item) : preset_[item]);
        }
      }
      out.append({items_, ratings});
    }
  }

 private:
  static constexpr float kDrawn = std::numeric_limits<float>::quiet_NaN();

  bool take(std::uint32_t item, float preset) {
    if (used_[item] == mark_) return false;
    used_[item] = mark_;
    preset_[item] = preset;
    items_.push_back(item);
    return true;
  }

  // What all fakes of a campaign share besides the target.
  std::vector<std::uint32_t> core_items(const Family &family) {
    std::vector<std::uint32_t> core;
    if (family.fill == Fill::bandwagon) core.assign(popular_.begin(), popular_.begin() + 3);
    if (family.fill == Fill::decoys) {
      for (int i = 0; i < 5; ++i) core.push_back(popular_[rng_.below(popular_.size())]);
    }
    if (family.fill == Fill::segment && !donors_.empty()) {
      // Items that one account holds together stand for a genre.
      const auto row = window_.row(donors_[rng_.below(donors_.size())]).items;
      for (int i = 0; i < 20; ++i) core.push_back(row[rng_.below(row.size())]);
    }
    return core;
  }

  std::uint32_t draw(Fill fill) {
    const std::size_t n = popular_.size();
    if (fill == Fill::popular_20) return popular_[rng_.below(std::max<std::size_t>(8, n / 5))];
    if (fill == Fill::popular_60) return popular_[rng_.below(std::max<std::size_t>(8, 3 * n / 5))];
    if (fill == Fill::sampled || fill == Fill::decoys) {
      return window_.items[rng_.below(window_.items.size())];
    }
    return popular_[rng_.below(n)];
  }

  void fill(const Family &family, std::size_t length) {
    if (family.fill == Fill::mix && donors_.size() >= 2) {
      for (int donor = 0; donor < 2; ++donor) {
        const AccountRow row = window_.row(donors_[rng_.below(donors_.size())]);
        const std::size_t from = rng_.below(row.size());
        const std::size_t until = std::min(length, items_.size() + length / 2 + 1);
        for (std::size_t i = 0; i < row.size() && items_.size() < until; ++i) {
          const std::size_t at = (from + i) % row.size();
          take(row.items[at], row.ratings.empty() ? kDrawn : row.ratings[at]);
        }
      }
      return;
    }
    for (std::size_t tries = 0; items_.size() < length && tries < 20 * length; ++tries) {
      take(draw(family.fill), kDrawn);
    }
  }

  float rate(const Family &family, std::uint32_t item) {
    if (family.rate == Rate::extremes) return history_.scale.lowest;
    const double centre = family.rate == Rate::item ? history_.mean(item, {}) : mean_;
    const double drawn = centre + deviation_ * rng_.normal();
    const auto at = std::lower_bound(levels_.begin(), levels_.end(), static_cast<float>(drawn));
    if (at == levels_.begin()) return levels_.front();
    if (at == levels_.end()) return levels_.back();
    return static_cast<double>(*at) - drawn < drawn - static_cast<double>(at[-1]) ? *at : at[-1];
  }

  const ScreenAccounts &window_;
  const ItemHistory &history_;
  const std::vector<std::uint32_t> &donors_;
  Rng rng_;
  std::vector<std::uint32_t> popular_, items_;
  std::vector<std::uint64_t> used_;
  std::vector<float> preset_, levels_;
  std::uint64_t mark_ = 0;
  double mean_ = 0, deviation_ = 0;
};

}  // namespace

void OwnedAccounts::append(const AccountRow &row) {
  items.insert(items.end(), row.items.begin(), row.items.end());
  ratings.insert(ratings.end(), row.ratings.begin(), row.ratings.end());
  offsets.push_back(items.size());
}

OwnedAccounts family_fakes(const ScreenAccounts &window, const ItemHistory &history,
                           const std::vector<std::uint32_t> &donors, std::size_t per_length,
                           std::uint64_t seed, std::string_view left_out) {
  std::vector<std::size_t> lengths(window.size());
  for (std::size_t u = 0; u < window.size(); ++u) lengths[u] = window.row(u).size();
  std::sort(lengths.begin(), lengths.end());
  const double shortest =
      std::log(std::max(12.0, static_cast<double>(lengths[lengths.size() * 3 / 100])));
  const double longest =
      std::log(std::max(30.0, static_cast<double>(lengths[lengths.size() * 95 / 100])));
  std::vector<std::uint32_t> usable;
  std::copy_if(donors.begin(), donors.end(), std::back_inserter(usable),
               [&](std::uint32_t u) { return window.row(u).size() > 0; });
  Maker maker(window, history, usable, seed);
  OwnedAccounts out;
  for (const Family &family : kFamilies) {
    if (family.name == left_out) continue;
    for (int step = 0; step < 12; ++step) {
      const double length = std::exp(shortest + (longest - shortest) * step / 11);
      maker.campaign(family, static_cast<std::size_t>(length), per_length, out);
    }
  }
  return out;
}

}  // namespace recveil::defense
