// `recveil erase apply`: rows through a map, to a new file, in bounded memory.
#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <optional>

#include "checkpoint.h"
#include "core/error.h"
#include "erase/files.h"
#include "outputs.h"
#include "row_stream.h"
#include "row_users.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// The files of one run and the map between them.
class ApplyJob {
 public:
  ApplyJob(std::shared_ptr<const Api> api, const EraseOptions &options)
      : api_(std::move(api)),
        options_(options),
        map_(open_map(api_, options.map)),
        about_(describe_map(*api_, map_)),
        needs_classes_(about_.at("needs_classes")),
        rows_(data::open_row_file(options.embeddings, options.csv)) {
    data::check_output_name(options.output, rows_->format(), false);
    check_columns();
    open_classes();
    open_users();
  }

  void run();

  const Json &map() const { return about_; }
  std::uint64_t rows() const { return done_; }
  data::RowFormat format() const { return rows_->format(); }
  std::uint64_t mapped() const { return mapped_; }
  std::uint64_t resumed_from() const { return resumed_from_; }

 private:
  void check_columns() const {
    const std::size_t cols = rows_->cols();
    if (options_.frozen_tail < cols && cols - options_.frozen_tail == about_.at("d")) return;
    throw Error(Status::argument,
                fmt::format("{}: has {} columns, the map needs {}{}", options_.embeddings, cols,
                            about_.at("d").get<std::size_t>(),
                            options_.frozen_tail > 0 ? " and --frozen-tail" : ""));
  }

  void open_classes() {
    if (needs_classes_ && options_.classes.empty()) {
      throw Error(Status::argument, "--classes: the map of " + options_.map + " needs them");
    }
    if (options_.classes.empty()) return;
    std::vector<std::string> names = options_.attributes;
    if (names.empty() && needs_classes_) {
      for (const Json &attribute : about_.at("attributes")) names.push_back(attribute.at("name"));
    }
    classes_ = data::open_class_file(options_.classes, names);
    const std::size_t wanted = about_.at("attributes").size();
    if (needs_classes_ && classes_->names().size() != wanted) {
      throw Error(Status::argument,
                  fmt::format("--attribute: name the {} attributes of the map", wanted));
    }
  }

  void open_users() {
    if (!about_.at("needs_users")) return;
    if (options_.ids.empty() || options_.key.empty()) {
      throw Error(Status::argument,
                  "--ids and --key: the map of " + options_.map +
                      " places users who share a row by their ids and the key file");
    }
    owners_ = read_row_users(options_.ids, options_.key, options_.users);
    if (rows_->rows() > 0) check_users(rows_->rows());
  }
  void check_users(std::uint64_t rows) const {
    if (!owners_ || owners_->users.size() == rows) return;
    throw Error(Status::data, fmt::format("{}: has {} ids for {} rows", options_.ids,
                                          owners_->users.size(), rows));
  }

  // Everything that decides what is in the output.
  Json identity() const {
    return {{"embeddings", identity_of(options_.embeddings)},
            {"classes", options_.classes.empty() ? Json() : identity_of(options_.classes)},
            {"attributes", options_.attributes},
            {"map", about_.at("id")},
            {"ids", owners_ ? identity_of(options_.ids) : Json()},
            {"key", owners_ ? identity_of(options_.key) : Json()},
            {"users", options_.users},
            {"frozen_tail", options_.frozen_tail},
            {"separator", options_.csv.separator},
            {"header", options_.csv.header},
            {"id_columns", options_.csv.id_columns.value_or(0)}};
  }

  std::size_t attributes() const { return classes_ ? classes_->names().size() : 0; }

  // Which rows are erased: without a class file all, else those with a known class.
  void mark_changed(RowBlock &block) const {
    const std::size_t n = attributes();
    block.changed.assign(block.raw.count, n == 0 ? 1 : 0);
    for (std::size_t i = 0; i < block.raw.count * n; ++i) {
      if (block.classes[i] >= 0) block.changed[i / n] = 1;
    }
  }

  // On any thread.
  void map_block(RowBlock &block) {
    mark_changed(block);
    const std::size_t cols = rows_->cols();
    // A map that needs no class maps every row: those of users who did not ask are put back.
    std::vector<float> before;
    if (!needs_classes_ && attributes() > 0) {
      before.assign(block.numbers.begin(), block.numbers.end());
    }
    const recveil_matrix matrix = matrix_of(block.numbers, cols, options_.frozen_tail);
    const std::int32_t *classes = needs_classes_ ? block.classes.data() : nullptr;
    if (owners_) {
      if (block.raw.first + block.raw.count > owners_->users.size()) {
        check_users(block.raw.first + block.raw.count);
      }
      map_.apply_users(matrix, classes, owners_->users.data() + block.raw.first,
                       owners_->key.bytes.data());
    } else {
      map_.apply(matrix, classes);
    }
    for (std::size_t r = 0; r < block.raw.count; ++r) {
      mapped_ += block.changed[r];
      if (before.empty() || block.changed[r] != 0) continue;
      std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(r * cols), cols,
                  block.numbers.begin() + static_cast<std::ptrdiff_t>(r * cols));
    }
    block.written = rows_->text(block.raw, block.numbers, block.changed, block.text);
  }

  void tell() {
    const double share =
        rows_->rows() > 0 ? static_cast<double>(done_) / static_cast<double>(rows_->rows()) : 0;
    if (Progress::callback(&progress_, share, "erasing") != 0) {
      throw StatusError(RECVEIL_E_CANCELLED, "stopped");
    }
  }

  std::shared_ptr<const Api> api_;
  const EraseOptions &options_;
  ErasureMap map_;
  Json about_;
  bool needs_classes_;
  std::unique_ptr<data::RowFile> rows_;
  std::unique_ptr<data::ClassFile> classes_;
  std::optional<RowUsers> owners_;  // where the map needs them
  Progress progress_;
  std::uint64_t done_ = 0, resumed_from_ = 0;
  std::atomic<std::uint64_t> mapped_{0};
};

void ApplyJob::run() {
  check_new(options_.output, options_.embeddings);
  ResumableFile output(options_.output, identity(), options_.restart);
  resumed_from_ = done_ = output.resumed().rows;
  if (resumed_from_ == 0) {
    output.append({rows_->head().data(), rows_->head().size()}, 0);
  } else {
    rows_->skip(resumed_from_);
    if (classes_) classes_->skip(resumed_from_);
  }
  const auto in_order = [&](RowBlock &block) {
    output.append(block.written, block.raw.count);
    done_ += block.raw.count;
    tell();
  };
  try {
    RowStream{*rows_, classes_.get(), options_.threads}.run(
        resumed_from_, [this](RowBlock &block) { map_block(block); }, in_order);
    if (classes_) classes_->finish();
    check_users(done_);
  } catch (const Error &error) {
    // Going on does not mend bad input; it does mend a full disk.
    if (error.status() == Status::data) output.discard();
    throw;
  }
  output.commit();
}

void print_text(const EraseOptions &options, const ApplyJob &job, double seconds) {
  const std::uint64_t here = job.rows() - job.resumed_from();
  if (const char *note = data::rounding_note(job.format())) fmt::print("{}\n", note);
  fmt::print("{}: {} rows, {} of them erased ({}), {:.1f} s, {} rows/s, {} MiB\n", options.output,
             grouped(job.rows()), grouped(job.mapped()), job.map().at("method").get<std::string>(),
             seconds, grouped(static_cast<std::uint64_t>(static_cast<double>(here) / seconds)),
             peak_rss_bytes() >> 20);
  if (job.resumed_from() > 0) fmt::print("Resumed at row {}.\n", grouped(job.resumed_from()));
  fmt::print(
      "Stale now: norms and Gram matrices of user rows, indexes over them, cached lists, optimizer "
      "state, biases.\n"
      "Never map these rows again: serve {}, and fit the next map on rows as trained.\n",
      options.output);
}

}  // namespace

int run_erase_apply(const std::shared_ptr<const Api> &api, const EraseOptions &options) {
  const auto began = std::chrono::steady_clock::now();
  ApplyJob job(api, options);
  job.run();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (!options.json) {
    print_text(options, job, seconds);
    return kOk;
  }
  const Json report{{"schema", "recveil.erase/1"},
                    {"output", options.output},
                    {"map", job.map()},
                    {"rows", job.rows()},
                    {"mapped", job.mapped()},
                    {"resumed_from", job.resumed_from()},
                    {"stale", stale_json(*api, job.mapped() > 0 ? RECVEIL_STALE_ALL : 0)},
                    {"seconds", seconds},
                    {"peak_rss_bytes", peak_rss_bytes()}};
  fmt::print("{}\n", report.dump(2));
  return kOk;
}

}  // namespace recveil::cli
