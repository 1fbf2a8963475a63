// How a plan between cells is made (steps 3 to 6 of docs/erasure.md, "Rows that people share").
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "defense/erase/cell_plan.h"
#include "defense/erase/cells.h"

namespace recveil::defense {
namespace {

constexpr double kFluctuation = 0.5;  // the share of a natural one

// One attribute, with everybody where the attributes before have put them.
struct Situation {
  const AttributeLabels &labels;
  std::span<const std::int32_t> at;       // of each row: its cell, or kNoCell
  std::span<const std::int32_t> nearest;  // of each row without a cell: the nearest one
};

class Planner {
 public:
  Planner(const CellRows &cells, const Situation &now, bool fluctuation, Rng &rng)
      : cells_(cells),
        now_(now),
        k_(static_cast<std::size_t>(now.labels.classes)),
        n_(cells.n_cells) {
    counts_.resize(k_ * n_);
    people_.resize(n_);
    of_class_.resize(k_);
    outside_.resize(k_);
    for (std::size_t i = 0; i < now.at.size(); ++i) {
      const std::int32_t label = now.labels.of_row[i];
      if (label < 0) continue;
      const auto k = static_cast<std::size_t>(label);
      of_class_[k] += 1;
      if (now.at[i] < 0) {
        outside_[k] += 1;
      } else {
        counts_[k * n_ + static_cast<std::size_t>(now.at[i])] += 1;
        people_[static_cast<std::size_t>(now.at[i])] += 1;
      }
    }
    all_ = std::accumulate(of_class_.begin(), of_class_.end(), 0.0);
    shares_ = cell_shares(counts_, k_, cells_);
    if (fluctuation) permute(rng);
  }

  // Of people whatever their class. whole: those in no cell go to the nearest; the fit has
  // them there.
  CellPlan plan_alike(bool whole, double tolerance, double &moved) const {
    CellMatrix shares(k_ * n_);
    for (std::size_t k = 0; k < k_; ++k) {
      for (std::size_t j = 0; j < n_; ++j) shares[k * n_ + j] = share(k, j);
    }
    CellPlan out{1, {whole ? 1.0F : 0.0F}, std::vector<float>(n_), {0}, {}, {}};
    const CellMixture mixture = level_cells(shares, k_, people_, tolerance, cells_);
    for (std::size_t j = 0; j < n_; ++j) {
      double stay = 0, so_far = 0;
      for (const Arc &arc : mixture[j]) stay += arc.to == j ? arc.mass : 0;
      const std::size_t first = out.to.size();
      for (const Arc &arc : mixture[j]) {
        if (arc.to == j) continue;
        so_far += arc.mass;
        out.to.push_back(arc.to);
        out.up_to.push_back(static_cast<float>(so_far));
      }
      for (std::size_t a = first; a < out.up_to.size(); ++a) {
        out.up_to[a] = std::min(1.0F, out.up_to[a] / static_cast<float>(so_far));
      }
      out.stay[j] = so_far > 0 ? static_cast<float>(std::clamp(stay, 0.0, 1.0)) : 1.0F;
      out.begin.push_back(static_cast<std::uint32_t>(out.to.size()));
      moved += so_far * people_[j] / all_;
    }
    return out;
  }

  // whole: nobody is left to the maps.
  CellPlan plan(bool whole, double &moved) {
    CellMatrix mass = masses();
    CellPlan out;
    out.n_classes = static_cast<std::uint32_t>(k_);
    out.down.assign(k_, whole ? 1.0F : 0.0F);
    const double left = whole ? 0 : send_down(out.down);
    add_sent(out.down, mass);
    for (std::size_t k = 0; k < k_; ++k) scale_to(row(mass, k), 1 - left);

    std::vector<double> target(n_);
    for (std::size_t k = 0; k < k_; ++k) {
      for (std::size_t j = 0; j < n_; ++j) target[j] += of_class_[k] / all_ * mass[k * n_ + j];
    }
    out.stay.assign(k_ * n_, 1.0F);
    out.begin.assign(1, 0);
    for (std::size_t k = 0; k < k_; ++k) {
      std::vector<Arc> arcs;
      if (of_class_[k] > 0) {
        arcs = move_excess(row(mass, k), wanted(k, target, mass), cells_);
        for (const Arc &arc : arcs) moved += of_class_[k] / all_ * arc.mass;
      }
      put(arcs, row(mass, k), k, out);
    }
    return out;
  }

 private:
  std::span<double> row(CellMatrix &of, std::size_t k) const { return {of.data() + k * n_, n_}; }

  static void scale_to(std::span<double> values, double sum) {
    const double now = std::accumulate(values.begin(), values.end(), 0.0);
    if (!(now > 0)) return;
    for (double &value : values) value *= sum / now;
  }

  // The permuted classes' counts among those who are in cells.
  void permute(Rng &rng) {
    std::vector<std::int32_t> labels;
    std::vector<std::size_t> cells;
    for (std::size_t i = 0; i < now_.at.size(); ++i) {
      if (now_.labels.of_row[i] < 0 || now_.at[i] < 0) continue;
      labels.push_back(now_.labels.of_row[i]);
      cells.push_back(static_cast<std::size_t>(now_.at[i]));
    }
    rng.shuffle(labels);
    permuted_.assign(k_ * n_, 0);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      permuted_[static_cast<std::size_t>(labels[i]) * n_ + cells[i]] += 1;
    }
    permuted_smooth_ = cell_shares(permuted_, k_, cells_).smooth;
  }

  // q_kj: of the people in cell j the share of class k, what is chance about it taken back.
  double share(std::size_t k, std::size_t j) const {
    const double smooth = shares_.smooth[k * n_ + j];
    if (!(people_[j] > 0)) return smooth;
    return smooth + shares_.strength[j] * (counts_[k * n_ + j] / people_[j] - smooth);
  }

  // P_kj: of class k the share that is in cell j, what is chance about it taken back.
  CellMatrix masses() const {
    CellMatrix out(k_ * n_);
    for (std::size_t k = 0; k < k_; ++k) {
      for (std::size_t j = 0; j < n_ && of_class_[k] > 0; ++j) {
        out[k * n_ + j] = share(k, j) * people_[j] / of_class_[k];
      }
    }
    return out;
  }

  // Each class leaves as many outside the cells as the class that has the fewest there; returns
  // that share of a class.
  double send_down(std::vector<float> &down) const {
    const double outside = std::accumulate(outside_.begin(), outside_.end(), 0.0);
    if (!(outside > 0)) return 0;
    const double share = outside / all_;
    double chi = 0;
    std::size_t present = 0;
    for (std::size_t k = 0; k < k_; ++k) {
      if (!(of_class_[k] > 0)) continue;
      ++present;
      const double expected = of_class_[k] * share;
      chi += (outside_[k] - expected) * (outside_[k] - expected) /
             std::max(expected * (1 - share), 1e-9);
    }
    const double kept = std::max(0.0, 1 - static_cast<double>(present - 1) / std::max(chi, 1e-9));
    double least = 1;
    std::vector<double> mass(k_);
    for (std::size_t k = 0; k < k_; ++k) {
      if (!(of_class_[k] > 0)) continue;
      mass[k] = share + kept * (outside_[k] / of_class_[k] - share);
      least = std::min(least, mass[k]);
    }
    for (std::size_t k = 0; k < k_; ++k) {
      down[k] = mass[k] > 0 ? static_cast<float>(1 - least / mass[k]) : 0.0F;
    }
    return least;
  }

  void add_sent(const std::vector<float> &down, CellMatrix &mass) const {
    for (std::size_t i = 0; i < now_.at.size(); ++i) {
      if (now_.labels.of_row[i] < 0 || now_.at[i] >= 0) continue;
      const auto k = static_cast<std::size_t>(now_.labels.of_row[i]);
      mass[k * n_ + static_cast<std::size_t>(now_.nearest[i])] +=
          static_cast<double>(down[k]) / of_class_[k];
    }
  }

  // T_k: the target, and half of what a random group of the class's size would differ from it by.
  std::vector<double> wanted(std::size_t k, const std::vector<double> &target,
                             const CellMatrix &mass) const {
    std::vector<double> out = target;
    if (permuted_.empty()) return out;
    const double crowd = std::accumulate(people_.begin(), people_.end(), 0.0);
    if (!(crowd > 0)) return out;
    double overall = 0;
    for (std::size_t j = 0; j < n_; ++j) overall += permuted_[k * n_ + j] / crowd;
    for (std::size_t j = 0; j < n_; ++j) {
      if (!(people_[j] > 0)) continue;
      const double smooth = permuted_smooth_[k * n_ + j];
      const double share =
          smooth + std::sqrt(shares_.strength[j]) * (permuted_[k * n_ + j] / people_[j] - smooth);
      const double by = (share - overall) * people_[j] / of_class_[k];
      const double of = mass[k * n_ + j];
      out[j] += kFluctuation * (of > target[j] ? target[j] / of : 1) * by;
      out[j] = std::max(0.0, out[j]);
    }
    scale_to(out, std::accumulate(target.begin(), target.end(), 0.0));
    return out;
  }

  void put(std::vector<Arc> &arcs, std::span<const double> have, std::size_t k,
           CellPlan &plan) const {
    // By cell; within one in the order of the plan, the cheapest first.
    std::stable_sort(arcs.begin(), arcs.end(),
                     [](const Arc &a, const Arc &b) { return a.from < b.from; });
    std::size_t next = 0;
    for (std::size_t j = 0; j < n_; ++j) {
      const std::size_t first = next;
      double gone = 0, so_far = 0;
      for (; next < arcs.size() && arcs[next].from == j; ++next) gone += arcs[next].mass;
      for (std::size_t a = first; a < next; ++a) {
        so_far += arcs[a].mass;
        plan.to.push_back(arcs[a].to);
        plan.up_to.push_back(static_cast<float>(std::min(1.0, so_far / gone)));
      }
      if (next > first) {
        plan.stay[k * n_ + j] = static_cast<float>(std::clamp(1 - gone / have[j], 0.0, 1.0));
      }
      plan.begin.push_back(static_cast<std::uint32_t>(plan.to.size()));
    }
  }

  const CellRows &cells_;
  const Situation &now_;
  std::size_t k_, n_;
  CellMatrix counts_, permuted_, permuted_smooth_;
  std::vector<double> people_, of_class_, outside_;
  double all_ = 0;
  CellShares shares_;
};

CellPlan nobody_moves(std::size_t n_classes, std::size_t n_cells) {
  return {static_cast<std::uint32_t>(n_classes),
          std::vector<float>(n_classes),
          std::vector<float>(n_classes * n_cells, 1.0F),
          std::vector<std::uint32_t>(n_classes * n_cells + 1),
          {},
          {}};
}

}  // namespace

CellFit fit_cells(const Embeddings &rows, std::span<const AttributeLabels> labels,
                  std::span<const std::uint8_t> alone, const CellOptions &options) {
  CellFit out;
  out.held.assign(rows.rows, 0);
  const std::size_t d = rows.d();
  std::vector<std::uint32_t> known;
  double squares = 0;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (std::none_of(labels.begin(), labels.end(),
                     [i](const AttributeLabels &of) { return of.of_row[i] >= 0; })) {
      continue;
    }
    known.push_back(static_cast<std::uint32_t>(i));
    const double length = row_length(rows.row(i), d);
    squares += length * length;
  }
  if (known.empty()) return out;
  const double least_norm = 1e-6 * std::sqrt(squares / static_cast<double>(known.size()));
  const SharedRows shared = share_rows(rows, known, least_norm, options.shared);
  if (shared.n_cells == 0) return out;

  std::vector<std::pair<std::uint64_t, std::uint32_t>> names;
  for (const std::uint32_t i : known) {
    if (shared.cell_of[i] < 0) continue;
    ++out.n_shared;
    if (row_length(rows.row(i), d) < least_norm) continue;
    names.emplace_back(row_hash(rows.row(i), d), static_cast<std::uint32_t>(shared.cell_of[i]));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint32_t> cell_of_hash;
  for (const auto &[hash, cell] : names) {
    hashes.push_back(hash);
    cell_of_hash.push_back(cell);
  }
  const auto table = [&](std::vector<CellPlan> plans) {
    return CellTable(d, options.shared.radius, least_norm, shared.rows, hashes, cell_of_hash,
                     std::move(plans));
  };

  const CellTable bare = table({});
  std::vector<std::int32_t> at = shared.cell_of, nearest(rows.rows, kNoCell);
  for (const std::uint32_t i : known) {
    if (at[i] < 0) nearest[i] = bare.nearest(rows.row(i));
  }
  // A map needs two classes, and rows enough for a covariance.
  const auto fits_map = [&](const AttributeLabels &of) {
    std::vector<std::size_t> n(static_cast<std::size_t>(of.classes));
    std::size_t all = 0, present = 0;
    for (const std::uint32_t i : known) {
      if (at[i] >= 0 || of.of_row[i] < 0) continue;
      ++all;
      present += n[static_cast<std::size_t>(of.of_row[i])]++ == 0 ? 1U : 0U;
    }
    return present >= 2 && all >= 2 * (d + 1);
  };
  const CellRows cells{shared.rows, shared.n_cells, d};
  std::vector<CellPlan> plans;
  for (std::size_t j = 0; j < labels.size(); ++j) {
    const std::size_t classes = options.by_class ? static_cast<std::size_t>(labels[j].classes) : 1;
    if (!alone.empty() && alone[j] != 0) {
      plans.push_back(nobody_moves(classes, cells.n_cells));
      continue;
    }
    Rng rng(options.seed, 0x63656c6c + j);
    const bool whole = !fits_map(labels[j]);
    for (const std::uint32_t i : known) {
      if (whole && !options.by_class && at[i] < 0) at[i] = nearest[i];
    }
    const Situation now{labels[j], at, nearest};
    Planner planner(cells, now, options.by_class && options.fluctuation, rng);
    plans.push_back(options.by_class ? planner.plan(whole, out.moved)
                                     : planner.plan_alike(whole, options.tolerance, out.moved));
    for (const std::uint32_t i : known) {
      if (options.by_class && labels[j].of_row[i] < 0) continue;
      at[i] = bare.step(plans.back(), rows.row(i), at[i], labels[j].of_row[i],
                        {rng.uniform(), rng.uniform(), rng.uniform()});
    }
  }
  for (const std::uint32_t i : known) out.held[i] = at[i] >= 0 ? 1 : 0;
  out.table = table(std::move(plans));
  return out;
}

}  // namespace recveil::defense
