#include "audit/edit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "audit/edit_items.h"
#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"

namespace recveil::audit {
namespace {

using Items = std::vector<std::uint32_t>;

constexpr std::uint64_t kStream = 0x65646974;  // "edit"
constexpr std::size_t kNoticed = 2;            // times the people an item had
constexpr std::size_t kTries = 100;            // of a person
constexpr std::size_t kCandidates = 100;       // of perblur and sbo
constexpr std::size_t kNeighbors = 30;

// Histories under edit, and the people of one attribute.
class Editor {
 public:
  Editor(const Interactions &history, const PeopleClasses &people,
         const std::vector<std::uint8_t> &requesters, const EditOptions &options,
         std::uint64_t seed)
      : before_(history),
        people_(people),
        options_(options),
        rng_(seed, kStream),
        holders_(history.n_items),
        has_(history.n_items) {
    for (std::uint32_t row = 0; row < history.n_users(); ++row) {
      const auto items = history.row(row);
      rows_.emplace_back(items.begin(), items.end());
      for (const std::uint32_t item : items) ++holders_[item];
      if (requesters[row] != 0 && people.of_row[row] >= 0) edited_.push_back(row);
    }
    initially_ = holders_;
  }

  void blurme(const IndicativeItems &items) { blur(items, false); }

  void blurmore(const IndicativeItems &items) {
    blur(items, true);
    remove_volume(items, 200);
  }

  void perblur(const IndicativeItems &items) {
    const SimilarPeople similar(before_);
    for (const std::uint32_t row : edited_) {
      Items best = items.of_class[other_class(row)];
      best.resize(std::min(best.size(), kCandidates));
      const std::vector<double> confidence = similar.confidence(row, kNeighbors);
      std::stable_sort(best.begin(), best.end(), [&](std::uint32_t a, std::uint32_t b) {
        return confidence[a] > confidence[b];
      });
      add_in_order(row, best, true);
    }
    remove_volume(items, 20);
  }

  void sbo(const std::vector<double> &leans) {
    Items order(leans.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return leans[a] < leans[b]; });
    const std::size_t n = std::min(kCandidates, order.size());
    const std::array<Items, 2> leaning{Items(order.begin(), order.begin() + diff(n)),
                                       Items(order.rbegin(), order.rbegin() + diff(n))};
    for (const std::uint32_t row : edited_) edit_stereotypes(row, leans, leaning);
  }

  EditedHistories finished() const {
    EditedHistories out;
    out.rows.n_items = before_.n_items;
    for (const Items &row : rows_) out.rows.append(row);
    out.added = added_;
    out.removed = removed_;
    return out;
  }

 private:
  static std::ptrdiff_t diff(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

  std::size_t other_class(std::uint32_t row) const { return people_.of_row[row] == 1 ? 0 : 1; }

  // Of the history as it was.
  std::size_t quota(std::uint32_t row) const {
    return static_cast<std::size_t>(
        std::ceil(options_.share * static_cast<double>(before_.row(row).size())));
  }

  void blur(const IndicativeItems &items, bool capped) {
    std::array<std::vector<double>, 2> sums;  // of weights, for sampled
    for (const std::size_t k : {0u, 1u}) {
      double sum = 0;
      for (const std::uint32_t item : items.of_class[k]) {
        sums[k].push_back(sum += std::abs(items.weight[item]));
      }
    }
    for (const std::uint32_t row : edited_) {
      const std::size_t k = other_class(row);
      const Items &list = items.of_class[k];
      if (list.empty()) continue;
      if (options_.choice == "greedy") {
        add_in_order(row, list, capped);
        continue;
      }
      Items drawn;
      for (std::size_t t = 0; t < kTries + quota(row); ++t) {
        const bool any = options_.choice == "random";
        const auto at =
            any ? rng_.below(list.size())
                : static_cast<std::uint64_t>(std::upper_bound(sums[k].begin(), sums[k].end(),
                                                              rng_.uniform() * sums[k].back()) -
                                             sums[k].begin());
        drawn.push_back(list[std::min<std::size_t>(at, list.size() - 1)]);
      }
      add_in_order(row, drawn, capped);
    }
  }

  // The first of `list` that the person does not have.
  void add_in_order(std::uint32_t row, const Items &list, bool capped) {
    pulse();
    mark(row, 1);
    std::size_t left = quota(row);
    for (const std::uint32_t item : list) {
      if (left == 0) break;
      if (has_[item] != 0 || (capped && holders_[item] >= kNoticed * initially_[item])) continue;
      add(row, item);
      has_[item] = 1;
      --left;
    }
    mark(row, 0);
  }

  // From people with more than `least` items, as many each as were added on average to one of
  // them, so that the volume stays. Only what they had before is taken.
  void remove_volume(const IndicativeItems &items, std::size_t least) {
    if (options_.removal == "none") return;
    Items many;
    for (const std::uint32_t row : edited_) {
      if (before_.row(row).size() > least) many.push_back(row);
    }
    if (many.empty()) return;
    const std::size_t each = added_ / many.size();
    for (const std::uint32_t row : many) {
      const auto own = before_.row(row);
      Items candidates(own.begin(), own.end());
      if (options_.removal == "strategic") {
        mark(row, 1);
        candidates.clear();
        for (const std::uint32_t item : items.of_class[1 - other_class(row)]) {
          if (has_[item] != 0) candidates.push_back(item);
        }
        mark(row, 0);
        // What was added is of the other class, so that all of these were there before.
      } else {
        rng_.shuffle(candidates);
      }
      for (std::size_t c = 0; c < std::min(each, candidates.size()); ++c) {
        if (!remove(row, candidates[c])) break;
      }
    }
  }

  void edit_stereotypes(std::uint32_t row, const std::vector<double> &leans,
                        const std::array<Items, 2> &leaning) {
    pulse();
    const auto own = before_.row(row);
    const double sign = people_.of_row[row] == 1 ? 1 : -1;
    double mean = 0;
    for (const std::uint32_t item : own) mean += std::abs(leans[item]);
    if (own.empty() || mean / static_cast<double>(own.size()) < options_.sbo_threshold) return;
    Items removable, addable;
    for (const std::uint32_t item : own) {
      if (sign * leans[item] > 0) removable.push_back(item);
    }
    mark(row, 1);
    for (const std::uint32_t item : leaning[other_class(row)]) {
      if (has_[item] == 0 && sign * leans[item] < 0) addable.push_back(item);
    }
    mark(row, 0);
    rng_.shuffle(removable);
    rng_.shuffle(addable);
    // The next that its lean lets pass.
    const auto take = [&](Items &from) -> std::optional<std::uint32_t> {
      while (!from.empty()) {
        const std::uint32_t item = from.back();
        from.pop_back();
        if (rng_.uniform() < std::abs(leans[item])) return item;
      }
      return std::nullopt;
    };
    for (std::size_t left = quota(row); left > 0; --left) {
      const bool weighted = options_.sbo_edit == "weighted";
      const bool removes = weighted ? rng_.uniform() < 0.5 : options_.sbo_edit == "removal";
      const auto item = take(removes ? removable : addable);
      if (!item) {
        if (!weighted || (removable.empty() && addable.empty())) break;
        continue;
      }
      if (removes) {
        remove(row, *item);
      } else {
        add(row, *item);
      }
    }
  }

  void mark(std::uint32_t row, std::uint8_t as) {
    for (const std::uint32_t item : rows_[row]) has_[item] = as;
  }
  void add(std::uint32_t row, std::uint32_t item) {
    rows_[row].push_back(item);
    ++holders_[item];
    ++added_;
  }
  // Whether anything may go: the last item stays.
  bool remove(std::uint32_t row, std::uint32_t item) {
    Items &items = rows_[row];
    if (items.size() < 2) return false;
    items.erase(std::find(items.begin(), items.end(), item));
    --holders_[item];
    ++removed_;
    return true;
  }

  const Interactions &before_;
  const PeopleClasses &people_;
  const EditOptions &options_;
  Rng rng_;
  std::vector<Items> rows_;
  Items edited_;
  std::vector<std::size_t> holders_, initially_;
  std::vector<std::uint8_t> has_;  // of one person at a time
  std::size_t added_ = 0, removed_ = 0;
};

EditedHistories randomized_response(const Interactions &history,
                                    const std::vector<std::uint8_t> &requesters, double epsilon,
                                    std::uint64_t seed) {
  const double flip = 1 / (1 + std::exp(epsilon));
  Rng rng(seed, kStream + 1);
  EditedHistories out;
  out.rows.n_items = history.n_items;
  std::vector<std::uint8_t> has(history.n_items);
  for (std::uint32_t row = 0; row < history.n_users(); ++row) {
    pulse();
    const auto own = history.row(row);
    if (requesters[row] == 0) {
      out.rows.append(own);
      continue;
    }
    for (const std::uint32_t item : own) has[item] = 1;
    Items kept, drawn;
    for (const std::uint32_t item : own) {
      if (rng.uniform() >= flip) kept.push_back(item);
    }
    if (kept.empty() && !own.empty()) kept.push_back(own.front());
    for (std::uint32_t item = 0; item < history.n_items; ++item) {
      if (has[item] == 0 && rng.uniform() < flip) drawn.push_back(item);
    }
    for (const std::uint32_t item : own) has[item] = 0;
    out.removed += own.size() - kept.size();
    out.added += drawn.size();
    kept.insert(kept.end(), drawn.begin(), drawn.end());
    out.rows.append(kept);
  }
  return out;
}

}  // namespace

bool is_edit(const std::string &defense) {
  constexpr std::array<std::string_view, 5> kEdits{"blurme", "blurmore", "perblur", "sbo",
                                                   "randomized_response"};
  return std::find(kEdits.begin(), kEdits.end(), defense) != kEdits.end();
}

HistoryEditor::HistoryEditor(const Interactions &history,
                             const std::vector<PeopleClasses> &attributes,
                             const std::vector<std::uint8_t> &requesters)
    : history_(history),
      attributes_(attributes),
      requesters_(requesters),
      items_(attributes.size()) {}

const IndicativeItems &HistoryEditor::items_of(std::size_t attribute) {
  auto &items = items_[attribute];
  if (!items) items = indicative_items(history_, attributes_[attribute]);
  return *items;
}

EditedHistories HistoryEditor::edit(const std::string &method, const EditOptions &options,
                                    std::uint64_t seed) {
  if (method == "randomized_response") {
    return randomized_response(history_, requesters_, options.epsilon, seed);
  }
  EditedHistories out;
  out.rows = history_;
  for (std::size_t a = 0; a < attributes_.size(); ++a) {
    const PeopleClasses &people = attributes_[a];
    if (people.classes() != 2) {
      throw Error(Status::unsupported, "attribute " + people.name + ": " + method +
                                           " is for two classes; it has " +
                                           std::to_string(people.classes()));
    }
    const Interactions before = std::move(out.rows);
    Editor editor(before, people, requesters_, options, seed);
    if (method == "blurme") {
      editor.blurme(items_of(a));
    } else if (method == "blurmore") {
      editor.blurmore(items_of(a));
    } else if (method == "perblur") {
      editor.perblur(items_of(a));
    } else {
      editor.sbo(class_leans(history_, people));
    }
    EditedHistories step = editor.finished();
    out.rows = std::move(step.rows);
    out.added += step.added;
    out.removed += step.removed;
  }
  return out;
}

}  // namespace recveil::audit
