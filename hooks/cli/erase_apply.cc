// `recveil erase apply`: rows through a map, to a new file, in bounded memory.
#include <fmt/core.h>

#include <atomic>
#include <chrono>

#include "checkpoint.h"
#include "core/error.h"
#include "erase_files.h"
#include "outputs.h"
#include "row_stream.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// Everything that decides what is in the output.
Json job_of(const EraseOptions &options, const Json &map) {
  return {{"embeddings", identity_of(options.embeddings)},
          {"classes", options.classes.empty() ? Json() : identity_of(options.classes)},
          {"attributes", options.attributes},
          {"map", map.at("id")},
          {"frozen_tail", options.frozen_tail},
          {"separator", options.csv.separator},
          {"header", options.csv.header},
          {"id_columns", options.csv.id_columns.value_or(0)}};
}

std::vector<std::string> names_of(const Json &map) {
  std::vector<std::string> out;
  for (const Json &attribute : map.at("attributes")) out.push_back(attribute.at("name"));
  return out;
}

// A row is changed where the map needs no class, or one of its classes is known.
void mark_changed(RowBlock &block, std::size_t attributes, bool needs_classes) {
  block.changed.assign(block.raw.count, needs_classes ? 0 : 1);
  if (attributes == 0) return;
  for (std::size_t r = 0; r < block.raw.count; ++r) {
    bool known = false;
    for (std::size_t a = 0; a < attributes; ++a) {
      known = known || block.classes[r * attributes + a] >= 0;
    }
    block.changed[r] = known ? 1 : 0;
  }
}

}  // namespace

int run_erase_apply(const Api &api, const EraseOptions &options) {
  const auto began = std::chrono::steady_clock::now();
  const Map map = open_map(api, options.map);
  const Json about = describe_map(api, map.get());
  const bool needs_classes = about.at("needs_classes");
  if (needs_classes && options.classes.empty()) {
    throw Error(Status::argument, "--classes: the map of " + options.map + " needs them");
  }
  const auto rows = data::open_row_file(options.embeddings, options.csv);
  data::check_output_name(options.output, rows->format(), false);
  const std::size_t cols = rows->cols();
  if (options.frozen_tail >= cols || cols - options.frozen_tail != about.at("d")) {
    throw Error(Status::argument, options.embeddings + ": has " + std::to_string(cols) +
                                      " columns, the map is of " +
                                      std::to_string(about.at("d").get<std::size_t>()) +
                                      (options.frozen_tail > 0 ? " and --frozen-tail" : ""));
  }
  std::unique_ptr<data::ClassFile> classes;
  if (!options.classes.empty()) {
    classes = data::open_class_file(options.classes, options.attributes.empty() && needs_classes
                                                         ? names_of(about)
                                                         : options.attributes);
    const std::size_t wanted = about.at("attributes").size();
    if (needs_classes && classes->names().size() != wanted) {
      throw Error(Status::argument, "--attribute: the map is of " + std::to_string(wanted));
    }
  }

  check_new(options.output);
  ResumableFile output(options.output, job_of(options, about), options.restart);
  const std::uint64_t first = output.resumed().rows;
  if (first == 0) {
    output.append({rows->head().data(), rows->head().size()}, 0);
  } else {
    rows->skip(first);
    if (classes) classes->skip(first);
  }
  Progress progress;
  std::atomic<std::uint64_t> mapped{0};
  const std::size_t attributes = classes ? classes->names().size() : 0;
  const auto work = [&](RowBlock &block) {
    mark_changed(block, attributes, needs_classes);
    // With a map that needs no class, a class file says who asked: the others go by it.
    std::vector<char> kept;
    if (!needs_classes && attributes > 0) {
      const auto *bytes = reinterpret_cast<const char *>(block.numbers.data());
      kept.assign(bytes, bytes + block.numbers.size_bytes());
    }
    const recveil_matrix matrix = matrix_of(block.numbers, cols, options.frozen_tail);
    check(api, api.erase_apply(map.get(), &matrix, needs_classes ? block.classes.data() : nullptr,
                               nullptr, nullptr, nullptr, nullptr));
    std::uint64_t changed = 0;
    for (std::size_t r = 0; r < block.raw.count; ++r) {
      changed += block.changed[r];
      if (!kept.empty() && block.changed[r] == 0) {
        const std::size_t bytes = cols * sizeof(float);
        std::copy_n(kept.data() + r * bytes, bytes,
                    reinterpret_cast<char *>(block.numbers.data() + r * cols));
      }
    }
    mapped += changed;
    const auto text = rows->text(block.raw, block.numbers, block.changed, block.text);
    block.written = text;
  };
  std::uint64_t done = first;
  const auto in_order = [&](RowBlock &block) {
    output.append(block.written, block.raw.count);
    done += block.raw.count;
    const double share =
        rows->rows() > 0 ? static_cast<double>(done) / static_cast<double>(rows->rows()) : 0;
    if (Progress::callback(&progress, share, "erasing") != 0) {
      throw StatusError(RECVEIL_E_CANCELLED, "stopped");
    }
  };
  try {
    RowStream{*rows, classes.get(), options.threads}.run(first, work, in_order);
    if (classes) classes->finish();
  } catch (const Error &error) {
    // Bad input does not get better by going on; a full disk does.
    if (error.status() == Status::data) output.discard();
    throw;
  }
  output.commit();

  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const Json report{{"schema", "recveil.erase/1"},
                    {"output", options.output},
                    {"map", about},
                    {"rows", done},
                    {"mapped", mapped.load()},
                    {"resumed_from", first},
                    {"stale", {"norms", "gram", "ann_index", "cached_lists"}},
                    {"seconds", seconds},
                    {"peak_rss_bytes", peak_rss_bytes()}};
  if (options.json) {
    fmt::print("{}\n", report.dump(2));
    return kNoLeakFound;
  }
  const auto here = done - first;
  fmt::print("{}: {} rows, {} of them erased ({}), {:.1f} s, {} rows/s, {} MiB\n", options.output,
             grouped(done), grouped(mapped.load()), about.at("method").get<std::string>(), seconds,
             grouped(static_cast<std::uint64_t>(static_cast<double>(here) / seconds)),
             peak_rss_bytes() >> 20);
  if (first > 0) fmt::print("It went on from row {}.\n", grouped(first));
  if (const char *note = data::rounding_note(rows->format())) fmt::print("{}\n", note);
  fmt::print(
      "Now stale: norms and Gram matrices of user rows, indexes over them, cached lists.\n"
      "A row must not be mapped twice; {} is the input of nothing but serving.\n",
      options.output);
  return kNoLeakFound;
}

}  // namespace recveil::cli
