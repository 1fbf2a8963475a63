// A map applied to many rows at once.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/wide_rows.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kBlock = 1024;  // rows mapped at a time

// Maps rows block by block. Nothing of a block is written before all of it is known to be finite.
class Blocks {
 public:
  Blocks(const MapParts &parts, std::span<const AttributeLabels> labels, const RowOwners &owners)
      : parts_(parts),
        owners_(owners),
        labels_(labels),  // of a map without: whose class is known, is mapped
        rows_(kBlock * parts.step()),
        other_(parts.other_floats(kBlock)),
        classes_(kBlock * labels_.size()),
        folds_(kBlock) {}

  // The rows from `begin` on, at most kBlock; in.row(0) has the labels at `first`.
  void run(const Embeddings &in, const MutableEmbeddings &out, std::size_t begin, std::size_t first,
           ApplyCounts &counts) {
    const std::size_t n = std::min(kBlock, in.rows - begin);
    const ApplyCounts taken = take(in, out, begin, first, n);
    for (const Stage &stage : parts_.stages) {
      run_any_stage(stage, parts_.width(), labels_.size(), classes_.data(), folds_.data(),
                    taken_.size(), rows_.data(), other_.data());
    }
    const std::size_t step = parts_.step(), bytes = parts_.d * sizeof(float);
    for (std::size_t t = 0; t < taken_.size(); ++t) {
      float *row = rows_.data() + t * step;
      if (!from_coordinates(parts_, row, row)) {
        throw Error(Status::data, "rows: row " + std::to_string(first + begin + taken_[t]) +
                                      " is too large to be mapped");
      }
    }
    for (std::size_t t = 0; t < taken_.size(); ++t) {
      std::memcpy(out.row(begin + taken_[t]), rows_.data() + t * step, bytes);
    }
    for (const auto &[place, cell] : placed_) {
      std::ranges::copy(parts_.cells.row(cell), out.row(begin + place));
    }
    counts.done += n;
    counts.mapped += taken.mapped;
    counts.unlabelled += taken.unlabelled;
  }

 private:
  // The coordinates of the rows that are to be mapped, those of one class side by side; the others
  // are copied.
  ApplyCounts take(const Embeddings &in, const MutableEmbeddings &out, std::size_t begin,
                   std::size_t first, std::size_t n) {
    ApplyCounts counts;
    order_.resize(n);
    std::iota(order_.begin(), order_.end(), static_cast<std::uint32_t>(0));
    if (!labels_.empty()) {
      const std::int32_t *of = labels_[0].of_row.data() + first + begin;
      std::stable_sort(order_.begin(), order_.end(),
                       [of](std::uint32_t a, std::uint32_t b) { return of[a] < of[b]; });
    }
    taken_.clear();
    placed_.clear();
    of_.resize(labels_.size());
    for (const std::uint32_t place : order_) {
      const std::size_t i = begin + place;
      for (std::size_t j = 0; j < of_.size(); ++j) of_[j] = labels_[j].of_row[first + i];
      const bool known = of_.empty() || any_known(of_);
      ++(known ? counts.mapped : counts.unlabelled);
      const std::int32_t cell = known && !parts_.cells.empty()
                                    ? parts_.cells.place(in.row(i), of_, parts_.salts, *owners_.key,
                                                         owners_.users[first + i])
                                    : kNoCell;
      if (cell != kNoCell) {
        placed_.emplace_back(place, static_cast<std::size_t>(cell));
        copy(in, out, i, parts_.d);
      } else if (known && !parts_.stages.empty() &&
                 to_coordinates(parts_, in.row(i), rows_.data() + taken_.size() * parts_.step())) {
        std::copy(of_.begin(), of_.end(), classes_.data() + taken_.size() * of_.size());
        folds_[taken_.size()] = fold_of_row(parts_, in.row(i));
        taken_.push_back(place);
        copy(in, out, i, parts_.d);
      } else {
        copy(in, out, i, 0);
      }
    }
    return counts;
  }

  // The columns of a row from `first` on.
  static void copy(const Embeddings &in, const MutableEmbeddings &out, std::size_t i,
                   std::size_t first) {
    if (out.row(i) == in.row(i)) return;
    std::memmove(out.row(i) + first, in.row(i) + first, (in.cols - first) * sizeof(float));
  }

  const MapParts &parts_;
  const RowOwners &owners_;
  std::span<const AttributeLabels> labels_;
  std::vector<float> rows_, other_;
  std::vector<std::int32_t> classes_, of_;
  std::vector<std::uint8_t> folds_;
  std::vector<std::uint32_t> order_, taken_;
  std::vector<std::pair<std::uint32_t, std::size_t>> placed_;  // rows that go to a cell
};

}  // namespace

void ErasureMap::apply_rows(const Embeddings &in, std::span<const AttributeLabels> labels,
                            const MutableEmbeddings &out, ApplyCounts &counts,
                            const Progress &progress, const RowOwners &owners) const {
  check_shape(in);
  check_shape(out);
  if (in.rows != out.rows || in.cols != out.cols || in.frozen_tail_cols != out.frozen_tail_cols) {
    throw Error(Status::argument, "out: not of the shape of the rows that are read");
  }
  check_rows(in.rows, in.d(), labels, owners);
  check_embeddings(in);
  Blocks blocks(*parts_, labels, owners);
  for (std::size_t begin = 0; begin < in.rows; begin += kBlock) {
    pulse();
    blocks.run(in, out, begin, 0, counts);
    if (progress) {
      progress(static_cast<double>(counts.done) / static_cast<double>(in.rows), "apply");
    }
  }
}

ApplyCounts ErasureMap::apply_rows(const Embeddings &in, std::span<const AttributeLabels> labels,
                                   const MutableEmbeddings &out) const {
  ApplyCounts counts;
  apply_rows(in, labels, out, counts);
  return counts;
}

void ErasureMap::apply_rows(const WideRows &rows, std::span<const AttributeLabels> labels,
                            ApplyCounts &counts, const Progress &progress,
                            const RowOwners &owners) const {
  const std::size_t d = rows.d(), bytes = d * sizeof(float);
  check_shape({nullptr, 0, rows.cols, rows.row_stride, rows.frozen_tail_cols});
  check_rows(rows.rows, d, labels, owners);
  std::vector<float> before(kBlock * d), after(kBlock * d);
  for (std::size_t begin = 0; begin < rows.rows; begin += kBlock) {
    narrow_rows(rows, begin, std::min(kBlock, rows.rows - begin), before.data());
  }
  Blocks blocks(*parts_, labels, owners);
  for (std::size_t begin = 0; begin < rows.rows; begin += kBlock) {
    pulse();
    const std::size_t n = std::min(kBlock, rows.rows - begin);
    narrow_rows(rows, begin, n, before.data());
    blocks.run({before.data(), n, d, d, 0}, {after.data(), n, d, d, 0}, 0, begin, counts);
    for (std::size_t i = 0; i < n; ++i) {
      const float *row = after.data() + i * d;
      // A row that is left as it is keeps the digits that float has no room for.
      if (std::memcmp(row, before.data() + i * d, bytes) == 0) continue;
      std::copy_n(row, d, rows.row(begin + i));
    }
    if (progress) {
      progress(static_cast<double>(counts.done) / static_cast<double>(rows.rows), "apply");
    }
  }
}

}  // namespace recveil::defense
