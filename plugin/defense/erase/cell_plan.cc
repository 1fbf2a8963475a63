#include "defense/erase/cell_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "defense/erase/shared_rows.h"
#include "numerics/symmetric.h"

namespace recveil::defense {
namespace {

constexpr double kPenalty = 20;        // people
constexpr double kLengthShare = 0.35;  // of log |x| next to the direction, in the regression
constexpr double kLengthCost = 0.05;   // of its difference next to 1 - cos
constexpr double kLeastShare = 0.02;   // of the overall share of a class
constexpr std::size_t kSinks = 64;     // that a source looks at

// Coordinates of the regression, standardized by the people in the cells. n_cells x (d + 1).
std::vector<double> standardized(const CellRows &cells, std::span<const double> people) {
  const CellPlaces at(cells);
  const std::size_t width = cells.d + 1, n = cells.n_cells;
  std::vector<double> out(n * width);
  const double total = std::accumulate(people.begin(), people.end(), 0.0);
  for (std::size_t c = 0; c < width; ++c) {
    const auto value = [&](std::size_t j) {
      return c < cells.d ? static_cast<double>(at.columns[c * n + j])
                         : kLengthShare * at.log_length[j];
    };
    double mean = 0, square = 0;
    for (std::size_t j = 0; j < n; ++j) mean += people[j] * value(j) / total;
    for (std::size_t j = 0; j < n; ++j) {
      square += people[j] * (value(j) - mean) * (value(j) - mean) / total;
    }
    const double scale = std::sqrt(square) + 1e-9;
    for (std::size_t j = 0; j < n; ++j) out[j * width + c] = (value(j) - mean) / scale;
  }
  return out;
}

// The regression's part of cell_shares().
void regress(const CellMatrix &counts, std::size_t n_classes, const CellRows &cells,
             std::span<const double> people, std::span<const double> overall, CellMatrix &smooth) {
  const std::size_t n = cells.n_cells, width = cells.d + 1;
  const std::vector<double> x = standardized(cells, people);
  numerics::SquareMatrix gram(width * width);
  for (std::size_t j = 0; j < n; ++j) {
    const double *at = x.data() + j * width;
    for (std::size_t a = 0; a < width; ++a) {
      for (std::size_t b = a; b < width; ++b) gram[a * width + b] += people[j] * at[a] * at[b];
    }
  }
  for (std::size_t a = 0; a < width; ++a) gram[a * width + a] += kPenalty;
  numerics::mirror_upper(gram, width);
  const auto solved = numerics::log_det(gram, width);
  if (!solved) return;
  for (std::size_t k = 0; k < n_classes; ++k) {
    std::vector<double> right(width), weights(width);
    for (std::size_t j = 0; j < n; ++j) {
      const double residual = counts[k * n + j] - overall[k] * people[j];
      for (std::size_t a = 0; a < width; ++a) right[a] += residual * x[j * width + a];
    }
    for (std::size_t a = 0; a < width; ++a) {
      for (std::size_t b = 0; b < width; ++b)
        weights[a] += solved->inverse[a * width + b] * right[b];
    }
    for (std::size_t j = 0; j < n; ++j) {
      double share = overall[k];
      for (std::size_t a = 0; a < width; ++a) share += weights[a] * x[j * width + a];
      smooth[k * n + j] = std::max(share, kLeastShare * overall[k]);
    }
  }
  for (std::size_t j = 0; j < n; ++j) {
    double sum = 0;
    for (std::size_t k = 0; k < n_classes; ++k) sum += smooth[k * n + j];
    for (std::size_t k = 0; k < n_classes; ++k) smooth[k * n + j] /= sum;
  }
}

}  // namespace

CellPlaces::CellPlaces(const CellRows &cells)
    : n_cells(cells.n_cells),
      d(cells.d),
      columns(d * n_cells),
      rows(d * n_cells),
      log_length(n_cells) {
  double shortest = 0;
  bool any = false;
  std::vector<std::size_t> zeros;
  for (std::size_t j = 0; j < n_cells; ++j) {
    const float *row = cells.rows.data() + j * d;
    const double length = row_length(row, d);
    if (!(length > 0)) {
      zeros.push_back(j);
      continue;
    }
    for (std::size_t c = 0; c < d; ++c) {
      rows[j * d + c] = columns[c * n_cells + j] =
          static_cast<float>(static_cast<double>(row[c]) / length);
    }
    log_length[j] = std::log(length);
    shortest = any ? std::min(shortest, log_length[j]) : log_length[j];
    any = true;
  }
  for (const std::size_t j : zeros) log_length[j] = shortest;
}

double CellPlaces::cost(std::size_t from, std::size_t to) const {
  if (from == to) return 0;
  float cosine = 0;
  for (std::size_t c = 0; c < d; ++c) cosine += rows[from * d + c] * rows[to * d + c];
  return std::max(0.0, 1 - static_cast<double>(cosine)) +
         kLengthCost * std::abs(log_length[to] - log_length[from]);
}

void CellPlaces::costs_from(std::size_t from, std::vector<double> &out) const {
  std::vector<float> cosine(n_cells);
  for (std::size_t c = 0; c < d; ++c) {
    const float by = columns[c * n_cells + from];
    const float *column = columns.data() + c * n_cells;
    for (std::size_t j = 0; j < n_cells; ++j) cosine[j] += by * column[j];
  }
  out.resize(n_cells);
  for (std::size_t j = 0; j < n_cells; ++j) {
    out[j] = std::max(0.0, 1 - static_cast<double>(cosine[j])) +
             kLengthCost * std::abs(log_length[j] - log_length[from]);
  }
  out[from] = 0;
}

CellShares cell_shares(const CellMatrix &counts, std::size_t n_classes, const CellRows &cells) {
  const std::size_t n = cells.n_cells;
  std::vector<double> people(n), overall(n_classes);
  for (std::size_t k = 0; k < n_classes; ++k) {
    for (std::size_t j = 0; j < n; ++j) {
      people[j] += counts[k * n + j];
      overall[k] += counts[k * n + j];
    }
  }
  const double total = std::accumulate(overall.begin(), overall.end(), 0.0);
  CellShares out{CellMatrix(n_classes * n), std::vector<double>(n)};
  if (!(total > 0)) return out;
  std::size_t present = 0;
  for (double &share : overall) {
    present += share > 0 ? 1 : 0;
    share /= total;
  }
  for (std::size_t k = 0; k < n_classes; ++k) {
    std::fill_n(out.smooth.begin() + static_cast<std::ptrdiff_t>(k * n), n, overall[k]);
  }
  if (2 * n > cells.d + 1) regress(counts, n_classes, cells, people, overall, out.smooth);
  if (present < 2) return out;

  const double free = static_cast<double>(present - 1);
  double beyond = 0, pairs = 0;
  for (std::size_t j = 0; j < n; ++j) {
    if (!(people[j] > 0)) continue;
    double chi = 0;
    for (std::size_t k = 0; k < n_classes; ++k) {
      if (!(overall[k] > 0)) continue;
      const double expected = out.smooth[k * n + j] * people[j];
      chi += (counts[k * n + j] - expected) * (counts[k * n + j] - expected) / expected;
    }
    beyond += chi - free;
    pairs += std::max(0.0, people[j] - 1);
  }
  const double between = pairs > 0 ? std::max(0.0, beyond / pairs) / free : 0;
  for (std::size_t j = 0; j < n; ++j) {
    out.strength[j] = between * people[j] / (between * people[j] + 1);
  }
  return out;
}

std::vector<Arc> move_excess(std::span<const double> have, std::span<const double> want,
                             const CellRows &cells) {
  constexpr double kNothing = 1e-15;
  const std::size_t n = cells.n_cells;
  std::vector<double> excess(n), room(n);
  for (std::size_t j = 0; j < n; ++j) {
    excess[j] = std::max(0.0, have[j] - want[j]);
    room[j] = std::max(0.0, want[j] - have[j]);
  }
  const CellPlaces at(cells);
  struct Candidate {
    double cost;
    std::uint32_t from, to;
  };
  const auto cheaper = [](const Candidate &a, const Candidate &b) {
    if (a.cost != b.cost) return a.cost < b.cost;
    return a.from != b.from ? a.from < b.from : a.to < b.to;
  };
  std::vector<Arc> out;
  std::vector<Candidate> round, mine;
  std::vector<double> costs;
  // Each round empties every source or fills the sinks it looked at.
  for (bool moved = true; moved;) {
    moved = false;
    round.clear();
    for (std::size_t a = 0; a < n; ++a) {
      if (!(excess[a] > kNothing)) continue;
      at.costs_from(a, costs);
      mine.clear();
      for (std::size_t j = 0; j < n; ++j) {
        if (!(room[j] > kNothing)) continue;
        mine.push_back({costs[j], static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(j)});
      }
      const std::size_t kept = std::min(kSinks, mine.size());
      std::partial_sort(mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(kept), mine.end(),
                        cheaper);
      round.insert(round.end(), mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(kept));
    }
    std::sort(round.begin(), round.end(), cheaper);
    for (const Candidate &arc : round) {
      const double mass = std::min(excess[arc.from], room[arc.to]);
      if (!(mass > kNothing)) continue;
      excess[arc.from] -= mass;
      room[arc.to] -= mass;
      out.push_back({arc.from, arc.to, mass});
      moved = true;
    }
  }
  return out;
}

}  // namespace recveil::defense
