// `recveil erase fit`: a map from rows, from statistics of rows, or both added up.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "checkpoint.h"
#include "core/error.h"
#include "data/whole_file.h"
#include "erase_files.h"
#include "outputs.h"
#include "row_stream.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, what);
}

recveil_erase_method method_of(const std::string &name) {
  if (name == "gaussian_transport") return RECVEIL_ERASE_GAUSSIAN_TRANSPORT;
  if (name == "optimal_transport") return RECVEIL_ERASE_OPTIMAL_TRANSPORT;
  if (name == "leace") return RECVEIL_ERASE_LEACE;
  refuse("--method: " + name + " is none of gaussian_transport, optimal_transport, leace");
}

// The rows and classes a fit reads, and what it says while it does.
class Reading {
 public:
  Reading(const Api &api, const EraseOptions &options)
      : api_(api), options_(options), rows_(data::open_row_file(options.embeddings, options.csv)) {
    if (options.frozen_tail >= rows_->cols()) refuse("--frozen-tail: leaves no column");
    open_classes();
    n_classes_ = options.n_classes;
    if (n_classes_.empty()) find_classes();
    if (n_classes_.size() != names().size()) {
      refuse("--n-classes: names " + std::to_string(n_classes_.size()) + " attributes of " +
             std::to_string(names().size()));
    }
  }

  const std::vector<std::string> &names() const { return classes_->names(); }
  const std::vector<std::uint32_t> &n_classes() const { return n_classes_; }
  std::size_t d() const { return rows_->cols() - options_.frozen_tail; }
  std::uint64_t rows_read() const { return read_; }
  std::uint64_t resumed_from() const { return resumed_; }

  // Statistics of all rows, one block an attribute. Now and then what there is goes to
  // `checkpoint`, from which a later run goes on.
  std::vector<Statistics> statistics(const std::string &checkpoint);

  // At most `most` rows, those whose numbers hash lowest, in their order in the file.
  struct Sample {
    std::vector<float> numbers;
    std::vector<std::int32_t> classes;
  };
  Sample sample(std::size_t most, std::uint64_t seed);

 private:
  void open_classes() { classes_ = data::open_class_file(options_.classes, options_.attributes); }
  // The highest class of each attribute, in a pass over the classes alone.
  void find_classes() {
    std::vector<std::int32_t> highest(names().size(), 1), block;
    const auto count = [&](std::size_t n) {
      classes_->next(n, block);
      for (std::size_t i = 0; i < block.size(); ++i) {
        highest[i % highest.size()] = std::max(highest[i % highest.size()], block[i]);
      }
    };
    // As many as there are rows: blocks until only single rows are left.
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
  Json job() const {
    return {{"embeddings", identity_of(options_.embeddings)},
            {"classes", identity_of(options_.classes)},
            {"attributes", names()},
            {"n_classes", n_classes_},
            {"frozen_tail", options_.frozen_tail},
            {"separator", options_.csv.separator},
            {"header", options_.csv.header},
            {"id_columns", options_.csv.id_columns.value_or(0)}};
  }
  void progress(const char *what) {
    const double share =
        rows_->rows() > 0 ? static_cast<double>(read_) / static_cast<double>(rows_->rows()) : 0;
    if (Progress::callback(&progress_, share, what) != 0) {
      throw StatusError(RECVEIL_E_CANCELLED, "stopped");
    }
  }

  const Api &api_;
  const EraseOptions &options_;
  std::unique_ptr<data::RowFile> rows_;
  std::unique_ptr<data::ClassFile> classes_;
  std::vector<std::uint32_t> n_classes_;
  std::uint64_t read_ = 0, resumed_ = 0;
  Progress progress_;
};

std::vector<Statistics> Reading::statistics(const std::string &checkpoint) {
  std::vector<Statistics> total;
  std::vector<std::size_t> at{0};  // of each attribute's block in a RowBlock's sums
  for (std::size_t a = 0; a < names().size(); ++a) {
    std::size_t bytes = 0;
    check(api_, api_.erase_stats_size(static_cast<std::uint32_t>(d()), n_classes_[a], &bytes));
    at.push_back(at.back() + bytes / sizeof(double));
    total.push_back({names()[a], std::vector<double>(bytes / sizeof(double))});
    check(api_, api_.erase_stats_init(total[a].block.data(), bytes, static_cast<std::uint32_t>(d()),
                                      n_classes_[a]));
  }
  const Json mine = job();
  if (std::filesystem::exists(checkpoint)) {
    Json extra;
    auto found = read_statistics(api_, checkpoint, &extra);
    if (!options_.restart) {
      if (!extra.is_object() || extra.value("job", Json()) != mine) {
        throw Error(Status::io, checkpoint +
                                    ": is of other inputs or options; give them again, or "
                                    "start anew with --restart");
      }
      total = std::move(found);
      resumed_ = read_ = extra.at("rows").get<std::uint64_t>();
      rows_->skip(read_);
      classes_->skip(read_);
    }
  }

  const std::size_t attributes = names().size();
  const auto size_of = [&](std::size_t a) { return (at[a + 1] - at[a]) * sizeof(double); };
  // A block's own statistics on any thread, merged in order: the same sums with any threads.
  const auto work = [&](RowBlock &block) {
    block.sums.resize(at.back());
    std::vector<std::int32_t> column(block.raw.count);
    const recveil_matrix matrix = matrix_of(block.numbers, rows_->cols(), options_.frozen_tail);
    for (std::size_t a = 0; a < attributes; ++a) {
      for (std::size_t r = 0; r < column.size(); ++r) {
        column[r] = block.classes[r * attributes + a];
        if (column[r] >= static_cast<std::int32_t>(n_classes_[a])) {
          throw Error(Status::data,
                      options_.classes + ": row " + std::to_string(block.raw.first + r) + ", " +
                          names()[a] + ": " + std::to_string(column[r]) + " is beyond --n-classes");
        }
      }
      double *sums = block.sums.data() + at[a];
      check(api_, api_.erase_stats_init(sums, size_of(a), static_cast<std::uint32_t>(d()),
                                        n_classes_[a]));
      check(api_, api_.erase_stats_add(sums, size_of(a), &matrix, column.data()));
    }
  };
  auto due = Clock::now() + kFirstCheckpoint;
  const auto in_order = [&](RowBlock &block) {
    for (std::size_t a = 0; a < attributes; ++a) {
      check(api_, api_.erase_stats_merge(total[a].block.data(), size_of(a),
                                         block.sums.data() + at[a], size_of(a)));
    }
    read_ += block.raw.count;
    if (Clock::now() >= due) {
      write_statistics(checkpoint, total, {{"job", mine}, {"rows", read_}});
      due = Clock::now() + kNextCheckpoint;
    }
    progress("reading");
  };
  RowStream{*rows_, classes_.get(), options_.threads}.run(read_, work, in_order);
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

std::int32_t collect(void *ctx, const char *bytes, std::size_t n) {
  static_cast<std::string *>(ctx)->append(bytes, n);
  return 0;
}

struct Fitted {
  std::string map;  // its bytes; empty: none was asked for
  std::uint64_t rows = 0, resumed_from = 0;
};

// What the library is asked for; borrows `names`.
recveil_erase_options ask(const EraseOptions &options, const std::vector<const char *> &names) {
  recveil_erase_options out = RECVEIL_ERASE_OPTIONS_INIT;
  out.method = method_of(options.method);
  out.n_attributes = static_cast<std::uint32_t>(names.size());
  out.names = names.data();
  out.seed = options.seed;
  return out;
}

template <class Named>
std::vector<const char *> pointers(const std::vector<Named> &each) {
  std::vector<const char *> out;
  for (const Named &one : each) {
    if constexpr (std::is_same_v<Named, std::string>) {
      out.push_back(one.c_str());
    } else {
      out.push_back(one.name.c_str());
    }
  }
  return out;
}

Fitted fit_rows(const Api &api, const EraseOptions &options) {
  Reading reading(api, options);
  Fitted out;
  auto sample = reading.sample(options.sample, options.seed);
  out.rows = reading.rows_read();
  const std::vector<const char *> names = pointers(reading.names());
  recveil_erase_options asked = ask(options, names);
  asked.n_classes = reading.n_classes().data();
  Progress progress;
  asked.progress = Progress::callback;
  asked.progress_ctx = &progress;
  const recveil_matrix matrix =
      matrix_of(sample.numbers, reading.d() + options.frozen_tail, options.frozen_tail);
  check(api, api.erase_fit(&asked, &matrix, sample.classes.data(), collect, &out.map));
  return out;
}

void add(const Api &api, std::vector<Statistics> &total, const std::vector<Statistics> &more,
         const std::string &path) {
  if (total.empty()) {
    total = more;
    return;
  }
  for (std::size_t a = 0; a < total.size(); ++a) {
    const auto bytes = [](const Statistics &one) { return one.block.size() * sizeof(double); };
    if (more.size() != total.size() || more[a].name != total[a].name ||
        api.erase_stats_merge(total[a].block.data(), bytes(total[a]), more[a].block.data(),
                              bytes(more[a])) != RECVEIL_OK) {
      throw Error(Status::data, path +
                                    ": is of other attributes, classes or columns; give "
                                    "--n-classes where shards lack some");
    }
  }
}

Fitted fit_statistics(const Api &api, const EraseOptions &options) {
  Fitted out;
  std::vector<Statistics> total;
  const std::string checkpoint =
      (options.map.empty() ? options.statistics_out : options.map) + ".checkpoint";
  if (!options.embeddings.empty()) {
    Reading reading(api, options);
    try {
      total = reading.statistics(checkpoint);
    } catch (const Error &error) {
      // Bad input does not get better by going on.
      if (error.status() == Status::data) std::remove(checkpoint.c_str());
      throw;
    }
    out.resumed_from = reading.resumed_from();
  }
  for (const std::string &path : options.merge) add(api, total, read_statistics(api, path), path);
  std::vector<const void *> blocks;
  std::vector<std::size_t> sizes;
  for (const Statistics &one : total) {
    blocks.push_back(one.block.data());
    sizes.push_back(one.block.size() * sizeof(double));
  }
  recveil_erase_stats_info info = RECVEIL_ERASE_STATS_INFO_INIT;
  check(api, api.erase_stats_check(blocks[0], sizes[0], &info));
  out.rows = info.rows;
  if (!options.statistics_out.empty()) write_statistics(options.statistics_out, total);
  if (!options.map.empty()) {
    const std::vector<const char *> names = pointers(total);
    const recveil_erase_options asked = ask(options, names);
    check(api, api.erase_fit_stats(&asked, blocks.data(), sizes.data(), collect, &out.map));
    data::WholeFile file(options.map);
    file.write(out.map);
    file.commit();
  }
  std::remove(checkpoint.c_str());
  return out;
}

void print_text(const EraseOptions &options, const Json &report) {
  if (!options.statistics_out.empty()) fmt::print("{}: statistics\n", options.statistics_out);
  if (options.map.empty()) return;
  const Json &map = report.at("map");
  fmt::print("{}: {}, d = {}, of {} rows; {:.1f} s, {} MiB\n", options.map,
             map.at("method").get<std::string>(), map.at("d").get<int>(),
             grouped(report.at("rows").get<std::uint64_t>()), report.at("seconds").get<double>(),
             peak_rss_bytes() >> 20);
  for (const Json &attribute : map.at("attributes")) {
    std::string line;
    for (std::size_t k = 0; k < attribute.at("classes").size(); ++k) {
      const Json &each = attribute.at("classes")[k];
      const std::string status = each.at("status");
      line += fmt::format(
          "{}{}: {}{}", k > 0 ? ", " : "", k, grouped(each.at("rows").get<std::uint64_t>()),
          status == "certifiable" ? ""
                                  : (status == "absent" ? " (absent)" : " (too small to certify)"));
    }
    fmt::print("  {}: rows of class {}\n", attribute.at("name").get<std::string>(), line);
  }
}

}  // namespace

int run_erase_fit(const Api &api, const EraseOptions &options) {
  const auto began = Clock::now();
  const recveil_erase_method method = method_of(options.method);
  if (options.embeddings.empty() && options.merge.empty()) {
    refuse("--embeddings or --merge: give rows to fit on, or statistics of them");
  }
  if (options.embeddings.empty() != options.classes.empty()) {
    refuse("--embeddings and --classes: go together");
  }
  if (options.map.empty() && options.statistics_out.empty()) {
    refuse("--map: name the file to write (or --statistics-out)");
  }
  for (const std::string &path : {options.map, options.statistics_out}) check_new(path);
  // What moments alone decide is streamed; the rest needs the rows at once.
  bool moments =
      method == RECVEIL_ERASE_LEACE || !options.merge.empty() || !options.statistics_out.empty();
  if (method == RECVEIL_ERASE_GAUSSIAN_TRANSPORT && !moments) {
    moments = data::open_class_file(options.classes, options.attributes)->names().size() == 1;
  }
  if (moments && method == RECVEIL_ERASE_OPTIMAL_TRANSPORT) {
    refuse("--method: optimal_transport needs rows, not statistics");
  }
  Fitted fitted;
  if (moments) {
    fitted = fit_statistics(api, options);
  } else {
    fitted = fit_rows(api, options);
    data::WholeFile file(options.map);
    file.write(fitted.map);
    file.commit();
  }
  Json report{{"schema", "recveil.erase/1"},
              {"rows", fitted.rows},
              {"resumed_from", fitted.resumed_from},
              {"seconds", std::chrono::duration<double>(Clock::now() - began).count()},
              {"peak_rss_bytes", peak_rss_bytes()}};
  if (!options.map.empty()) {
    report["output"] = options.map;
    report["map"] = describe_map(api, open_map(api, options.map).get());
  }
  if (!options.statistics_out.empty()) report["statistics"] = options.statistics_out;
  if (options.json) {
    fmt::print("{}\n", report.dump(2));
  } else {
    print_text(options, report);
  }
  return kNoLeakFound;
}

}  // namespace recveil::cli
