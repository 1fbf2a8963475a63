#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

#include "audit/injections.h"
#include "core/watch.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

using data::InjectionTables;

constexpr std::size_t kOthers = 10;      // whose lists a person's own is compared with
constexpr double kDeviations = 3;        // by which it must be more alike
constexpr std::size_t kFewExposed = 10;  // people newly shown the decoys, to say who they are
constexpr double kFewHolders = .2;       // of them: surely fewer have the item
constexpr double kMostExposed = .2;      // of the people: above, the decoys have become popular

template <class... Values>
std::string text_of(const char *format, Values... values) {
  char text[256];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}

double share_of(std::size_t part, std::size_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

class Checks {
 public:
  Checks(const InjectionTables &lists, double baseline)
      : lists_(lists), n_(lists.holder.size()), baseline_(baseline) {}

  std::vector<Check> all() const {
    return {equal_lists(), lists_of_others(), item_ids(),      empty_lists(),
            list_length(), others_exposed(),  decoys_unmoved()};
  }

 private:
  Check equal_lists() const {
    Check out{"equal_lists", 0, {}, false};
    for (std::size_t u = 0; u < n_; ++u) {
      const auto was = lists_.before.row(u), is = lists_.after.row(u);
      out.people += std::equal(was.begin(), was.end(), is.begin(), is.end()) ? 1u : 0u;
    }
    if (out.people < n_) return out;
    out.warning =
        "everybody has the same list before and after: the injection never reached the model that "
        "made these lists, or one file was given twice";
    out.voids = true;
    return out;
  }

  // A retrained model recommends much of what it recommended to the same person before.
  Check lists_of_others() const {
    Check out{"lists_of_others", 0, {}, false};
    std::vector<std::uint8_t> marked(lists_.before.n_items, 0);
    double sum = 0, squares = 0;
    std::size_t compared = 0;
    for (std::size_t u = 0; u < n_; ++u) {
      pulse();
      const auto own = lists_.before.row(u);
      if (own.empty() || lists_.after.row(u).empty()) continue;
      for (const std::uint32_t item : own) marked[item] = 1;
      const auto alike = [&](std::size_t person) {
        std::size_t same = 0;
        for (const std::uint32_t item : lists_.after.row(person)) same += marked[item];
        return share_of(same, own.size());
      };
      double others = 0;
      const std::size_t n_others = std::min(kOthers, n_ - 1);
      // Spread over the file: its neighbours may be like the person.
      for (std::size_t k = 1; k <= n_others; ++k) {
        others += alike((u + k * n_ / (n_others + 1)) % n_);
      }
      const double more = alike(u) - (n_others > 0 ? others / static_cast<double>(n_others) : 0.0);
      for (const std::uint32_t item : own) marked[item] = 0;
      sum += more;
      squares += more * more;
      ++compared;
    }
    if (compared < 2) return out;
    const auto n = static_cast<double>(compared);
    const double mean = sum / n;
    const double deviation = std::sqrt(std::max(0.0, squares / n - mean * mean) / n);
    if (mean > kDeviations * deviation) return out;
    out.people = compared;
    out.warning =
        "lists after the injection are no more like the same person's list before it than like "
        "other people's: they were joined to the wrong people, items are named differently in the "
        "two files, or the system shows everybody the same";
    out.voids = true;
    return out;
  }

  Check item_ids() const {
    Check out{"item_ids", 0, {}, false};
    std::vector<std::uint8_t> known(lists_.before.n_items, 0);
    for (const std::uint32_t item : lists_.before.items) known[item] = 1;
    for (const std::uint32_t item : lists_.decoys) known[item] = 1;
    std::size_t unknown = 0;
    for (std::size_t u = 0; u < n_; ++u) {
      std::size_t here = 0;
      for (const std::uint32_t item : lists_.after.row(u)) here += known[item] == 0 ? 1u : 0u;
      unknown += here;
      out.people += here > 0 ? 1u : 0u;
    }
    const double share = share_of(unknown, lists_.after.items.size());
    if (share <= .5) return out;
    out.warning = text_of(
        "%.0f %% of the places after the injection have items that no list before it has: are "
        "items named differently in the two files?",
        100 * share);
    out.voids = true;
    return out;
  }

  Check empty_lists() const {
    Check out{"empty_lists", 0, {}, false};
    std::size_t shown = 0;
    for (std::size_t u = 0; u < n_; ++u) {
      out.people += lists_.after.row(u).empty() && !lists_.before.row(u).empty() ? 1u : 0u;
      shown += lists_.after.row(u).empty() ? 0u : 1u;
    }
    if (share_of(n_ - shown, n_) > .5) {
      out.warning =
          text_of("%zu of %zu people are shown nothing after the injection", n_ - shown, n_);
      out.voids = true;
    } else if (out.people > 0) {
      out.warning = text_of(
          "%zu of %zu people are shown nothing after the injection, though they were before",
          out.people, n_);
    }
    return out;
  }

  Check list_length() const {
    Check out{"list_length", 0, {}, false};
    for (std::size_t u = 0; u < n_; ++u) {
      const std::size_t was = lists_.before.row(u).size(), is = lists_.after.row(u).size();
      out.people += was != is && is > 0 ? 1u : 0u;
    }
    if (share_of(out.people, n_) <= .05) return out;
    out.warning = text_of(
        "%zu of %zu people have lists of another length after than before: longer lists show more "
        "decoys by themselves",
        out.people, n_);
    return out;
  }

  // At the highest threshold that anybody new reaches, from two decoys on.
  Check others_exposed() const {
    Check out{"others_exposed", 0, {}, false};
    const auto was = attack::decoys_shown(lists_.before, lists_.decoys),
               is = attack::decoys_shown(lists_.after, lists_.decoys);
    for (std::size_t threshold = lists_.decoys.size(); threshold >= 2; --threshold) {
      std::size_t people = 0, holders = 0;
      for (std::size_t u = 0; u < n_; ++u) {
        if (is[u] < threshold || was[u] >= threshold) continue;
        ++people;
        holders += lists_.holder[u];
      }
      if (people < kFewExposed || share_of(people, n_) > kMostExposed) continue;
      const Estimate share = numerics::clopper_pearson(holders, people);
      if (share.lo > baseline_ || share.hi >= kFewHolders) return out;
      out.people = people;
      out.warning = text_of(
          "%zu people are newly shown %zu decoys together, and %zu of them have the item: labels "
          "were joined to the wrong people, or the fakes had another item",
          people, threshold, holders);
      out.voids = true;
      return out;
    }
    return out;
  }

  Check decoys_unmoved() const {
    Check out{"decoys_unmoved", 0, {}, false};
    const auto people_shown = [&](const RankedLists &lists, std::uint32_t item) {
      return std::count(lists.items.begin(), lists.items.end(), item);
    };
    for (const std::uint32_t decoy : lists_.decoys) {
      if (people_shown(lists_.after, decoy) > people_shown(lists_.before, decoy)) return out;
    }
    out.people = n_;
    out.warning =
        "no decoy is shown to more people after the injection than before: the fakes were kept "
        "out, or these are not the items that they had";
    return out;
  }

  const InjectionTables &lists_;
  const std::size_t n_;
  const double baseline_;
};

}  // namespace

std::vector<Check> check_injections(const std::vector<InjectionTables> &injections,
                                    double baseline) {
  std::vector<Check> out;
  for (std::size_t i = 0; i < injections.size(); ++i) {
    std::vector<Check> more = Checks(injections[i], baseline).all();
    for (std::size_t c = 0; c < more.size(); ++c) {
      if (injections.size() > 1 && !more[c].warning.empty()) {
        more[c].warning = "injection " + std::to_string(i + 1) + ": " + more[c].warning;
      }
      if (i == 0) {
        out.push_back(more[c]);
      } else if (std::pair(more[c].voids, !more[c].warning.empty()) >
                 std::pair(out[c].voids, !out[c].warning.empty())) {
        out[c] = more[c];
      }
    }
  }
  return out;
}

}  // namespace recveil::audit
