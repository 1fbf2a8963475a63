#include "erase/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "checkpoint.h"
#include "core/error.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr float kMostInStatistics = 1024;  // recveil/erase_stats.h

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, what);
}

std::size_t bytes_of(const Statistics &one) {
  return one.block.size() * sizeof(std::uint64_t);
}

}  // namespace

Reading::Reading(const Api &api, const EraseOptions &options)
    : api_(api), options_(options), rows_(data::open_row_file(options.embeddings, options.csv)) {
  if (options.frozen_tail >= rows_->cols()) refuse("--frozen-tail: leaves no column");
  open_classes();
  n_classes_ = options.n_classes;
  if (n_classes_.empty()) find_classes();
  if (n_classes_.size() != names().size()) {
    refuse("--n-classes: has " + std::to_string(n_classes_.size()) + " numbers for " +
           std::to_string(names().size()) + " attributes");
  }
}

void Reading::find_classes() {
  std::vector<std::int32_t> highest(names().size(), 1), block;
  const auto count = [&](std::size_t n) {
    classes_->next(n, block);
    for (std::size_t i = 0; i < block.size(); ++i) {
      highest[i % highest.size()] = std::max(highest[i % highest.size()], block[i]);
    }
  };
  const auto probe = data::open_row_file(options_.embeddings, options_.csv);
  if (probe->rows() > 0) {
    for (std::uint64_t left = probe->rows(); left > 0;) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, 1 << 16));
      count(n);
      left -= n;
    }
  } else {
    data::RawRows raw;
    while (probe->next(1 << 12, raw)) count(raw.count);
  }
  for (const std::int32_t k : highest) n_classes_.push_back(static_cast<std::uint32_t>(k) + 1);
  open_classes();
}

Json Reading::job() const {
  return {{"embeddings", identity_of(options_.embeddings)},
          {"classes", identity_of(options_.classes)},
          {"attributes", names()},
          {"n_classes", n_classes_},
          {"frozen_tail", options_.frozen_tail},
          {"separator", options_.csv.separator},
          {"header", options_.csv.header},
          {"id_columns", options_.csv.id_columns.value_or(0)}};
}

void Reading::progress(const char *what) {
  const double share =
      rows_->rows() > 0 ? static_cast<double>(read_) / static_cast<double>(rows_->rows()) : 0;
  if (Progress::callback(&progress_, share, what) != 0) {
    throw StatusError(RECVEIL_E_CANCELLED, "stopped");
  }
}

std::vector<Statistics> Reading::empty_statistics(std::vector<std::size_t> &at) const {
  std::vector<Statistics> out;
  const auto d32 = static_cast<std::uint32_t>(d());
  at = {0};
  for (std::size_t a = 0; a < names().size(); ++a) {
    std::size_t bytes = 0;
    check(api_, api_.erase_stats_size(d32, n_classes_[a], &bytes));
    at.push_back(at.back() + bytes / sizeof(std::uint64_t));
    out.push_back({names()[a], std::vector<std::uint64_t>(bytes / sizeof(std::uint64_t))});
    check(api_, api_.erase_stats_init(out[a].block.data(), bytes, d32, n_classes_[a]));
  }
  return out;
}

void Reading::resume(const std::string &checkpoint, std::vector<Statistics> &total) {
  if (options_.restart || !std::filesystem::exists(checkpoint)) return;
  Json extra;
  auto found = read_statistics(api_, checkpoint, &extra);
  if (!extra.is_object() || extra.value("job", Json()) != job()) {
    throw Error(Status::io, checkpoint +
                                ": was written for other inputs or options; use those again, or "
                                "--restart");
  }
  total = std::move(found);
  resumed_ = read_ = extra.at("rows").get<std::uint64_t>();
  rows_->skip(read_);
  classes_->skip(read_);
}

// A block's own statistics on any thread, to be merged in order: the same sums with any threads.
void Reading::add_block(RowBlock &block, const std::vector<std::size_t> &at) const {
  const std::size_t attributes = names().size();
  block.sums.resize(at.back());
  std::vector<std::int32_t> column(block.raw.count);
  const recveil_matrix matrix = matrix_of(block.numbers, rows_->cols(), options_.frozen_tail);
  block.hashes.clear();
  for (std::size_t r = 0; r < column.size(); ++r) {
    const auto of = block.classes.begin() + static_cast<std::ptrdiff_t>(r * attributes);
    if (std::all_of(of, of + static_cast<std::ptrdiff_t>(attributes),
                    [](std::int32_t k) { return k < 0; })) {
      continue;
    }
    const auto row = block.numbers.subspan(r * rows_->cols(), d());
    const auto large = std::find_if(row.begin(), row.end(),
                                    [](float x) { return !(std::abs(x) < kMostInStatistics); });
    if (large != row.end()) {
      throw Error(
          Status::data,
          fmt::format("{}: row {}, column {}: {} is not below {} in magnitude, as statistics "
                      "need; scale the table down",
                      options_.embeddings, block.raw.first + r, large - row.begin(), *large,
                      kMostInStatistics));
    }
    block.hashes.push_back(SharedCount::hash_of(row));
  }
  for (std::size_t a = 0; a < attributes; ++a) {
    for (std::size_t r = 0; r < column.size(); ++r) {
      column[r] = block.classes[r * attributes + a];
      if (column[r] >= static_cast<std::int32_t>(n_classes_[a])) {
        throw Error(Status::data, options_.classes + ": row " +
                                      std::to_string(block.raw.first + r) + ", " + names()[a] +
                                      ": " + std::to_string(column[r]) + " is beyond --n-classes");
      }
    }
    std::uint64_t *sums = block.sums.data() + at[a];
    const std::size_t bytes = (at[a + 1] - at[a]) * sizeof(std::uint64_t);
    check(api_, api_.erase_stats_init(sums, bytes, static_cast<std::uint32_t>(d()), n_classes_[a]));
    check(api_, api_.erase_stats_add(sums, bytes, &matrix, column.data()));
  }
}

std::vector<Statistics> Reading::statistics(const std::string &checkpoint) {
  std::vector<std::size_t> at;
  std::vector<Statistics> total = empty_statistics(at);
  resume(checkpoint, total);
  auto due = Clock::now() + kFirstCheckpoint;
  const auto in_order = [&](RowBlock &block) {
    for (std::size_t a = 0; a < total.size(); ++a) {
      check(api_, api_.erase_stats_merge(total[a].block.data(), bytes_of(total[a]),
                                         block.sums.data() + at[a], bytes_of(total[a])));
    }
    for (const std::uint64_t hash : block.hashes) shared_.add(hash);
    read_ += block.raw.count;
    if (Clock::now() >= due) {
      write_statistics(checkpoint, total, {{"job", job()}, {"rows", read_}});
      due = Clock::now() + kNextCheckpoint;
    }
    progress("reading");
  };
  RowStream{*rows_, classes_.get(), options_.threads}.run(
      read_, [&](RowBlock &block) { add_block(block, at); }, in_order);
  classes_->finish();
  return total;
}

Reading::Sample Reading::sample(std::size_t most, std::uint64_t seed) {
  const std::size_t cols = rows_->cols(), attributes = names().size();
  struct Held {
    std::uint64_t hash, row;
    std::size_t place;
    bool operator<(const Held &other) const {
      return hash != other.hash ? hash < other.hash : row < other.row;
    }
  };
  std::vector<Held> heap;  // the highest hash on top
  Sample held;
  const auto in_order = [&](RowBlock &block) {
    for (std::size_t r = 0; r < block.raw.count; ++r) {
      const std::uint64_t row = block.raw.first + r;
      // Steele et al.'s mix (SplitMix64): any rows, but always the same.
      std::uint64_t hash = (row + seed) * 0x9E3779B97F4A7C15u;
      hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
      hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
      hash ^= hash >> 31;
      Held next{hash, row, heap.size()};
      if (heap.size() == most) {
        if (!(next < heap.front())) continue;
        std::pop_heap(heap.begin(), heap.end());
        next.place = heap.back().place;
        heap.pop_back();
      } else {
        held.numbers.resize(held.numbers.size() + cols);
        held.classes.resize(held.classes.size() + attributes);
      }
      std::copy_n(block.numbers.data() + r * cols, cols, held.numbers.data() + next.place * cols);
      std::copy_n(block.classes.data() + r * attributes, attributes,
                  held.classes.data() + next.place * attributes);
      heap.push_back(next);
      std::push_heap(heap.begin(), heap.end());
    }
    read_ += block.raw.count;
    progress("reading");
  };
  RowStream{*rows_, classes_.get(), options_.threads}.run(
      0, [](RowBlock &) {}, in_order);
  classes_->finish();
  // As long as there are no more rows than places, they lie in their order already.
  return held;
}

}  // namespace recveil::cli
