#include "defense/erase/shared_rows.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "core/watch.h"
#include "numerics/symmetric.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kAxes = 2;  // of the directions, besides the length

using Bin = std::array<std::int64_t, kAxes + 1>;

struct BinHash {
  std::size_t operator()(const Bin &bin) const noexcept {
    std::uint64_t out = 0x9E3779B97F4A7C15U;
    for (const std::int64_t part : bin) {
      out = (out ^ static_cast<std::uint64_t>(part)) * 0xD1B54A32D192ED03U;
      out ^= out >> 29;
    }
    return static_cast<std::size_t>(out);
  }
};

// Rows of equal bits, once each.
struct Distinct {
  std::uint32_t first;          // the lowest row that has these bits
  std::uint32_t n = 0;          // people
  std::int32_t cell = kNoCell;  // kCrowded: shared, and waiting for the nearest cell
};
constexpr std::int32_t kCrowded = -2;

// Rows that people share, but too few for a cell.
struct Small {
  std::uint32_t leader;
  std::uint64_t people;
  std::vector<std::uint32_t> rows;  // distinct ones
};

class Grouping {
 public:
  Grouping(const Embeddings &rows, std::span<const std::uint32_t> which, double least_norm,
           const SharedRowsOptions &options)
      : rows_(rows),
        which_(which),
        least_norm_(least_norm),
        options_(options),
        d_(rows.d()),
        width_(d_ + 1) {
    out_.d = d_;
    out_.cell_of.assign(rows.rows, kNoCell);
    of_row_.assign(rows.rows, 0);
    std::unordered_map<std::uint64_t, std::uint32_t> known;
    for (const std::uint32_t i : which) {
      if (shown_.size() % 1024 == 0) pulse();
      if (row_length(rows.row(i), d_) < least_norm) {
        zeros_.push_back(i);
        continue;
      }
      const auto [at, is_new] = known.try_emplace(row_hash(rows.row(i), d_),
                                                  static_cast<std::uint32_t>(distinct_.size()));
      if (is_new) distinct_.push_back({i});
      ++distinct_[at->second].n;
      of_row_[i] = at->second;
      shown_.push_back(i);
    }
  }

  SharedRows run() {
    coordinates();
    sort_into_bins();
    lead();
    join_small();
    finish();
    return std::move(out_);
  }

 private:
  void coordinates() {
    points_.resize(distinct_.size() * width_);
    for (std::size_t q = 0; q < distinct_.size(); ++q) {
      if (q % 1024 == 0) pulse();
      const float *row = rows_.row(distinct_[q].first);
      const double length = row_length(row, d_);
      float *to = points_.data() + q * width_;
      for (std::size_t c = 0; c < d_; ++c) {
        to[c] = static_cast<float>(static_cast<double>(row[c]) / length);
      }
      to[d_] = static_cast<float>(std::log(length));
    }
  }

  // The axes along which directions differ most: the fewest rows share a bin.
  numerics::SquareMatrix axes() const {
    numerics::SquareMatrix moments(d_ * d_);
    std::vector<double> mean(d_);
    const double share = 1 / static_cast<double>(distinct_.size());
    // Enough rows for two axes; all of them would cost as much as a sweep.
    const std::size_t skip = 1 + distinct_.size() / 4096;
    for (std::size_t q = 0; q < distinct_.size(); q += skip) {
      const float *at = points_.data() + q * width_;
      for (std::size_t a = 0; a < d_; ++a) {
        mean[a] += share * static_cast<double>(skip) * static_cast<double>(at[a]);
        for (std::size_t b = a; b < d_; ++b) {
          moments[a * d_ + b] += share * static_cast<double>(skip) * static_cast<double>(at[a]) *
                                 static_cast<double>(at[b]);
        }
      }
    }
    for (std::size_t a = 0; a < d_; ++a) {
      for (std::size_t b = a; b < d_; ++b) moments[a * d_ + b] -= mean[a] * mean[b];
    }
    double spread = 0;
    for (std::size_t a = 0; a < d_; ++a) spread += moments[a * d_ + a];
    if (!(spread > 1e-9))
      return numerics::SquareMatrix(d_ * d_);  // one direction: any axis will do
    numerics::mirror_upper(moments, d_);
    return numerics::left_basis(moments, d_, d_);
  }

  void sort_into_bins() {
    if (distinct_.empty()) return;
    const numerics::SquareMatrix basis = axes();
    bins_.resize(distinct_.size());
    for (std::size_t q = 0; q < distinct_.size(); ++q) {
      if (q % 1024 == 0) pulse();
      const float *at = points_.data() + q * width_;
      bins_[q][kAxes] = bin_of(static_cast<double>(at[d_]));
      for (std::size_t axis = 0; axis < kAxes; ++axis) {
        double along = 0;
        for (std::size_t c = 0; c < d_ && axis < d_; ++c) {
          along += basis[c * d_ + axis] * static_cast<double>(at[c]);
        }
        bins_[q][axis] = bin_of(along);
      }
      members_[bins_[q]].push_back(static_cast<std::uint32_t>(q));
    }
  }

  // A little wider than the radius: rounding must not part what is within it.
  std::int64_t bin_of(double at) const {
    return static_cast<std::int64_t>(std::floor(at / (1.001 * options_.radius)));
  }

  bool near(std::size_t a, std::size_t b) const {
    const float *x = points_.data() + a * width_, *y = points_.data() + b * width_;
    const auto most = static_cast<float>(options_.radius * options_.radius);
    const float length = x[d_] - y[d_];
    float square = length * length;
    for (std::size_t c = 0; c < d_ && square <= most; ++c) {
      const float by = x[c] - y[c];
      square += by * by;
    }
    return square <= most;
  }

  template <class Take>
  void each_near(std::size_t q, Take take) const {
    Bin bin = bins_[q];
    for (std::int64_t i = -1; i <= 1; ++i) {
      for (std::int64_t j = -1; j <= 1; ++j) {
        for (std::int64_t k = -1; k <= 1; ++k) {
          bin = {bins_[q][0] + i, bins_[q][1] + j, bins_[q][2] + k};
          const auto found = members_.find(bin);
          if (found == members_.end()) continue;
          for (const std::uint32_t other : found->second) {
            if (near(q, other)) take(other);
          }
        }
      }
    }
  }

  void lead() {
    const std::size_t n = distinct_.size();
    std::vector<std::uint64_t> around(n);
    for (std::size_t q = 0; q < n; ++q) {
      if (q % 16 == 0) pulse();
      each_near(q, [&](std::uint32_t other) { around[q] += distinct_[other].n; });
    }
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return around[a] != around[b] ? around[a] > around[b]
                                    : distinct_[a].first < distinct_[b].first;
    });
    std::vector<std::uint32_t> taken;
    std::size_t led = 0;
    for (const std::uint32_t q : order) {
      if (++led % 64 == 0) pulse();
      if (around[q] < 2) break;
      if (distinct_[q].cell != kNoCell) continue;
      taken.clear();
      std::uint64_t people = 0;
      each_near(q, [&](std::uint32_t other) {
        if (distinct_[other].cell != kNoCell) return;
        taken.push_back(other);
        people += distinct_[other].n;
      });
      if (people < 2) continue;
      std::sort(taken.begin(), taken.end());
      for (const std::uint32_t other : taken) distinct_[other].cell = kCrowded;
      if (people >= options_.n_code) {
        make_cell(taken);
      } else {
        small_.push_back({q, people, taken});
      }
    }
  }

  void make_cell(const std::vector<std::uint32_t> &of) {
    if (cells_.size() >= options_.most_cells) return;
    for (const std::uint32_t q : of) distinct_[q].cell = static_cast<std::int32_t>(cells_.size());
    cells_.push_back(mean_of(of));
  }

  // Groups too small for a row of their own take the nearest ones, until they are people enough for
  // one row together. Nearer than the nearest cell: on short histories 1 - cos to that is .2 to .6,
  // and its row instead of one's own costs 9 to 12 % of NDCG@10, the mean of two or three groups
  // nothing (docs/erasure_measured.md).
  void join_small() {
    std::stable_sort(small_.begin(), small_.end(),
                     [](const Small &a, const Small &b) { return a.people > b.people; });
    std::vector<std::uint8_t> gone(small_.size());
    for (std::size_t i = 0; i < small_.size() && cells_.size() < options_.most_cells; ++i) {
      if (i % 16 == 0) pulse();
      if (gone[i] != 0) continue;
      gone[i] = 1;
      Small all = small_[i];
      while (all.people < options_.n_code) {
        const std::size_t next = nearest_small(small_[i].leader, gone);
        if (next == small_.size()) break;
        gone[next] = 1;
        all.people += small_[next].people;
        all.rows.insert(all.rows.end(), small_[next].rows.begin(), small_[next].rows.end());
      }
      if (all.people < options_.n_code) return;  // the last few: to the nearest cell
      std::sort(all.rows.begin(), all.rows.end());
      make_cell(all.rows);
    }
  }

  std::size_t nearest_small(std::uint32_t of, const std::vector<std::uint8_t> &gone) const {
    std::size_t best = small_.size();
    float least = 0;
    const float *x = points_.data() + of * width_;
    for (std::size_t i = 0; i < small_.size(); ++i) {
      if (gone[i] != 0) continue;
      const float *y = points_.data() + small_[i].leader * width_;
      float with = 0;
      for (std::size_t c = 0; c < d_; ++c) with += x[c] * y[c];
      const float cost = 1 - with + 0.05F * std::abs(x[d_] - y[d_]);
      if (best == small_.size() || cost < least) {
        least = cost;
        best = i;
      }
    }
    return best;
  }

  std::vector<float> mean_of(const std::vector<std::uint32_t> &of) const {
    const float *first = rows_.row(distinct_[of.front()].first);
    if (of.size() == 1) return {first, first + d_};
    std::vector<double> sum(d_);
    double people = 0;
    for (const std::uint32_t q : of) {
      const float *row = rows_.row(distinct_[q].first);
      const auto n = static_cast<double>(distinct_[q].n);
      for (std::size_t c = 0; c < d_; ++c) sum[c] += n * static_cast<double>(row[c]);
      people += n;
    }
    std::vector<float> out(d_);
    for (std::size_t c = 0; c < d_; ++c) out[c] = static_cast<float>(sum[c] / people);
    // Opposite rows cancel, and their mean would be taken for a short row.
    if (row_length(out.data(), d_) < least_norm_) return {first, first + d_};
    return out;
  }

  // Of the cell of short rows. What rounding has left of a row still ranks the items, by its
  // direction, and a row of zeros ranks none: it points where the mean of all rows does.
  std::vector<float> short_row() const {
    std::vector<float> out(d_);
    if (std::all_of(zeros_.begin(), zeros_.end(),
                    [&](std::uint32_t i) { return !(row_length(rows_.row(i), d_) > 0); })) {
      return out;
    }
    std::vector<double> sum(d_);
    double squares = 0;
    for (const std::uint32_t i : which_) {
      for (std::size_t c = 0; c < d_; ++c) sum[c] += static_cast<double>(rows_.row(i)[c]);
    }
    for (const double value : sum) squares += value * value;
    if (!(squares > 0)) return out;
    const double scale = least_norm_ / (2 * std::sqrt(squares));
    for (std::size_t c = 0; c < d_; ++c) out[c] = static_cast<float>(scale * sum[c]);
    return out;
  }

  // Cells by rising length, the one of short rows first; then those who wait.
  void finish() {
    const bool zero = zeros_.size() >= std::max<std::size_t>(2, options_.n_code);
    std::vector<double> lengths;
    for (const std::vector<float> &row : cells_) lengths.push_back(row_length(row.data(), d_));
    std::vector<std::int32_t> order(cells_.size()), place(cells_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      return lengths[static_cast<std::size_t>(a)] < lengths[static_cast<std::size_t>(b)];
    });
    if (zero) out_.rows = short_row();
    for (std::size_t at = 0; at < order.size(); ++at) {
      const auto from = static_cast<std::size_t>(order[at]);
      place[from] = static_cast<std::int32_t>(at + (zero ? 1 : 0));
      out_.rows.insert(out_.rows.end(), cells_[from].begin(), cells_[from].end());
    }
    out_.n_cells = cells_.size() + (zero ? 1 : 0);
    if (out_.n_cells == 0) return;
    for (Distinct &of : distinct_) {
      if (of.cell >= 0) of.cell = place[static_cast<std::size_t>(of.cell)];
    }
    for (std::size_t q = 0; q < distinct_.size(); ++q) {
      if (distinct_[q].cell == kCrowded)
        distinct_[q].cell = nearest_cell(points_.data() + q * width_);
    }
    for (const std::uint32_t i : shown_) out_.cell_of[i] = distinct_[of_row_[i]].cell;
    for (const std::uint32_t i : zeros_) out_.cell_of[i] = zero ? 0 : kNoCell;
  }

  std::int32_t nearest_cell(const float *point) const {
    std::int32_t best = 0;
    double least = 1e300;
    for (std::size_t j = 0; j < out_.n_cells; ++j) {
      const float *row = out_.rows.data() + j * d_;
      const double length = row_length(row, d_);
      if (!(length > 0)) continue;
      const double by = static_cast<double>(point[d_]) - std::log(length);
      double square = by * by;
      for (std::size_t c = 0; c < d_; ++c) {
        const double part = static_cast<double>(point[c]) - static_cast<double>(row[c]) / length;
        square += part * part;
      }
      if (square < least) {
        least = square;
        best = static_cast<std::int32_t>(j);
      }
    }
    return best;
  }

  const Embeddings &rows_;
  std::span<const std::uint32_t> which_;
  double least_norm_;
  const SharedRowsOptions &options_;
  std::size_t d_, width_;
  SharedRows out_;
  std::vector<std::uint32_t> of_row_, shown_, zeros_;
  std::vector<Distinct> distinct_;
  std::vector<float> points_;  // of each distinct row: direction, log length
  std::vector<Bin> bins_;
  std::unordered_map<Bin, std::vector<std::uint32_t>, BinHash> members_;
  std::vector<std::vector<float>> cells_;
  std::vector<Small> small_;
};

// For counting within one call: a fraction of the time of row_hash(), which maps keep.
std::uint64_t quick_hash(const float *row, std::size_t d) noexcept {
  std::uint64_t out = d;
  for (std::size_t c = 0; c < d; c += 2) {
    std::uint64_t pair = 0;
    std::memcpy(&pair, row + c, std::min<std::size_t>(2, d - c) * sizeof(float));
    out = (out ^ pair) * 0x9E3779B97F4A7C15U;
    out ^= out >> 32;
  }
  return out;
}

}  // namespace

std::size_t crowded_rows(const Embeddings &rows, std::span<const std::uint32_t> which) {
  // Nearly always nobody shares: few rows fall where kCrowd have fallen, and those alone are
  // sorted.
  std::vector<std::uint64_t> hashes;
  hashes.reserve(which.size());
  const std::size_t places = std::bit_ceil(8 * which.size() + 1);
  std::vector<std::uint8_t> fallen(places);
  for (const std::uint32_t i : which) {
    if (hashes.size() % 1024 == 0) pulse();
    hashes.push_back(quick_hash(rows.row(i), rows.d()));
    std::uint8_t &here = fallen[hashes.back() & (places - 1)];
    if (here < kCrowd) ++here;
  }
  std::erase_if(hashes, [&](std::uint64_t hash) { return fallen[hash & (places - 1)] < kCrowd; });
  std::sort(hashes.begin(), hashes.end());
  std::size_t out = 0;
  for (std::size_t begin = 0, end = 0; begin < hashes.size(); begin = end) {
    while (end < hashes.size() && hashes[end] == hashes[begin]) ++end;
    if (end - begin >= kCrowd) out += end - begin;
  }
  return out;
}

void refuse_crowded(std::uint64_t shared, std::uint64_t known) {
  if (shared * 100 <= known) return;
  throw Error(Status::data,
              "rows: " + std::to_string(shared) + " of " + std::to_string(known) +
                  " are shared by several users, and a map of classes makes these easier to read; "
                  "use score_transport or optimal_transport with cells, for which users and "
                  "a key are needed, or leace");
}

double row_length(const float *row, std::size_t d) noexcept {
  double squares = 0;
  for (std::size_t c = 0; c < d; ++c) {
    const auto value = static_cast<double>(row[c]);
    squares += value * value;
  }
  return std::sqrt(squares);
}

std::uint64_t row_hash(const float *row, std::size_t d) noexcept {
  static constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES> kKey{'r', 'v', 'r',
                                                                             'o', 'w', 's'};
  std::uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char *>(&out),
                   reinterpret_cast<const unsigned char *>(row), d * sizeof(float), kKey.data());
  return out;
}

SharedRows share_rows(const Embeddings &rows, std::span<const std::uint32_t> which,
                      double least_norm, const SharedRowsOptions &options) {
  return Grouping(rows, which, least_norm, options).run();
}

}  // namespace recveil::defense
