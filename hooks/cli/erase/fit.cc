// `recveil erase fit`: a map from rows, from statistics of rows, or both added up.
#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "core/error.h"
#include "core/keys.h"
#include "data/row_file.h"
#include "data/whole_file.h"
#include "erase/reading.h"
#include "outputs.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using ApiPointer = std::shared_ptr<const Api>;

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, what);
}

struct Fitted {
  std::optional<ErasureMap> map;  // none: only statistics were asked for
  std::uint64_t rows = 0, resumed_from = 0;
  std::uint64_t shared = 0;  // rows that several users share
};

// Options of a fit; borrows `names`.
recveil_erase_options ask(const Api &api, const EraseOptions &options,
                          const std::vector<const char *> &names, Progress &progress) {
  recveil_erase_options out = RECVEIL_ERASE_OPTIONS_INIT;
  out.method = method_of(api, options.method);
  out.n_attributes = static_cast<std::uint32_t>(names.size());
  out.names = names.data();
  out.seed = options.seed;
  if (!options.key.empty()) out.flags = RECVEIL_ERASE_CELLS;
  out.progress = progress.watch();
  return out;
}

Fitted fit_rows(const ApiPointer &api, const EraseOptions &options) {
  Reading reading(*api, options);
  Fitted out;
  auto sample = reading.sample(options.sample, options.seed);
  out.rows = reading.rows_read();
  std::vector<const char *> names;
  for (const std::string &name : reading.names()) names.push_back(name.c_str());
  Progress progress;
  recveil_erase_options asked = ask(*api, options, names, progress);
  asked.n_classes = reading.n_classes().data();
  const recveil_matrix matrix =
      matrix_of(sample.numbers, reading.d() + options.frozen_tail, options.frozen_tail);
  out.map = ErasureMap::fit(api, asked, matrix, sample.classes.data());
  return out;
}

void refuse_shared(const std::string &path, const SharedCount &shared) {
  if (shared.rows() * 100 <= shared.counted()) return;
  throw Error(
      Status::data,
      fmt::format("{}: {} of {} rows are shared by several users, and a map of classes makes "
                  "these easier to read; use score_transport or optimal_transport with "
                  "--key, or leace",
                  path, shared.rows(), shared.counted()));
}

void add(const Api &api, std::vector<Statistics> &total, const std::vector<Statistics> &more,
         const std::string &path) {
  if (total.empty()) {
    total = more;
    return;
  }
  for (std::size_t a = 0; a < total.size(); ++a) {
    const auto bytes = [](const Statistics &one) {
      return one.block.size() * sizeof(std::uint64_t);
    };
    if (more.size() != total.size() || more[a].name != total[a].name ||
        api.erase_stats_merge(total[a].block.data(), bytes(total[a]), more[a].block.data(),
                              bytes(more[a])) != RECVEIL_OK) {
      throw Error(Status::data, path +
                                    ": has other attributes, classes or columns; give "
                                    "--n-classes if a shard lacks a class");
    }
  }
}

Fitted fit_statistics(const ApiPointer &api, const EraseOptions &options) {
  Fitted out;
  std::vector<Statistics> total;
  const std::string checkpoint =
      (options.map.empty() ? options.statistics_out : options.map) + ".checkpoint";
  if (!options.embeddings.empty()) {
    Reading reading(*api, options);
    try {
      total = reading.statistics(checkpoint);
      out.shared = reading.shared().rows();
      if (method_of(*api, options.method) == RECVEIL_ERASE_GAUSSIAN_TRANSPORT &&
          !options.map.empty()) {
        refuse_shared(options.embeddings, reading.shared());
      }
    } catch (const Error &error) {
      // Going on does not mend bad input.
      if (error.status() == Status::data) static_cast<void>(std::remove(checkpoint.c_str()));
      throw;
    }
    out.resumed_from = reading.resumed_from();
  }
  for (const std::string &path : options.merge) add(*api, total, read_statistics(*api, path), path);
  std::vector<const void *> blocks;
  std::vector<std::size_t> sizes;
  std::vector<const char *> names;
  for (const Statistics &one : total) {
    blocks.push_back(one.block.data());
    sizes.push_back(one.block.size() * sizeof(std::uint64_t));
    names.push_back(one.name.c_str());
  }
  recveil_erase_stats_info info = RECVEIL_ERASE_STATS_INFO_INIT;
  check(*api, api->erase_stats_check(blocks[0], sizes[0], &info));
  out.rows = info.n_rows;
  if (!options.statistics_out.empty()) write_statistics(options.statistics_out, total);
  if (!options.map.empty()) {
    Progress progress;
    const recveil_erase_options asked = ask(*api, options, names, progress);
    out.map = ErasureMap::fit_stats(api, asked, blocks.data(), sizes.data());
  }
  static_cast<void>(std::remove(checkpoint.c_str()));
  return out;
}

void check_files(const EraseOptions &options) {
  if (options.embeddings.empty() && options.merge.empty()) {
    refuse("--embeddings or --merge: give rows to fit on, or statistics of them");
  }
  if (options.embeddings.empty() != options.classes.empty()) {
    refuse("--embeddings and --classes: go together");
  }
  if (options.map.empty() && options.statistics_out.empty()) {
    refuse("--map: name the file to write (or --statistics-out)");
  }
  for (const std::string &path : {options.map, options.statistics_out}) {
    data::check_output_name(path, data::RowFormat::text, false);
    check_new(path);
  }
}

// Rows are streamed where their statistics are enough; other methods need the rows at once.
bool streams(const Api &api, const EraseOptions &options) {
  const recveil_erase_method method = method_of(api, options.method);
  const bool statistics = !options.merge.empty() || !options.statistics_out.empty();
  if (statistics && !options.map.empty() && method != RECVEIL_ERASE_LEACE &&
      method != RECVEIL_ERASE_GAUSSIAN_TRANSPORT) {
    refuse(std::string("--method: ") + api.erase_method_name(method) +
           " needs rows, not statistics; with --merge or --statistics-out name "
           "gaussian_transport or leace");
  }
  if (statistics || method == RECVEIL_ERASE_LEACE) return true;
  return method == RECVEIL_ERASE_GAUSSIAN_TRANSPORT &&
         data::open_class_file(options.classes, options.attributes)->names().size() == 1;
}

void print_text(const EraseOptions &options, const Json &report) {
  if (!options.statistics_out.empty()) fmt::print("{}: statistics\n", options.statistics_out);
  if (options.map.empty()) return;
  const Json &map = report.at("map");
  fmt::print("{}: {}, d = {}, of {} rows; {:.1f} s, {} MiB\n", options.map,
             map.at("method").get<std::string>(), map.at("d").get<int>(),
             grouped(report.at("rows").get<std::uint64_t>()), report.at("seconds").get<double>(),
             peak_rss_bytes() >> 20);
  const auto shared = report.at("shared_rows").get<std::uint64_t>();
  if (map.at("needs_users")) {
    fmt::print(
        "  {} of these rows are shared by users, in {} cells; {:.1f} % of all rows get the row "
        "of another cell. Apply with --ids and --key.\n",
        grouped(shared), map.at("cells").get<int>(), 100 * map.at("moved").get<double>());
  } else if (shared > 0) {
    const bool can_place = map.at("method") == "score_transport";
    fmt::print("  {} of these rows are shared by users: {}{}.\n", grouped(shared),
               map.at("needs_classes") ? "the map makes them easier to read"
                                       : "they stay as easy to read as they are",
               can_place ? "; fit with --key to place these users among each other's rows" : "");
  }
  for (const Json &attribute : map.at("attributes")) {
    if (attribute.at("left_alone")) {
      fmt::print("  {}: left alone, its classes do not surely differ (z = {:.1f})\n",
                 attribute.at("name").get<std::string>(), attribute.at("separation").get<double>());
    }
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

// What the library says of "rows" is said of their file, in the words of the command.
std::string of_file(std::string what, const EraseOptions &options) {
  const std::string rows = "rows: ", same = " is the same", name = "name it in frozen_tail_cols";
  for (const char *of_classes : {"labels: ", "n_classes: "}) {
    if (what.starts_with(of_classes) && !options.classes.empty()) {
      return options.classes + ": " + what;
    }
  }
  if (!what.starts_with(rows)) return what;
  what.replace(0, rows.size(),
               (options.embeddings.empty() ? options.merge[0] : options.embeddings) + ": ");
  if (const auto at = what.find(name); at != what.npos) {
    what.replace(at, name.size(), "leave it as it is with --frozen-tail");
    what.replace(what.find(same), 0, ", counted from 0,");
  }
  return what;
}

Fitted fit(const ApiPointer &api, const EraseOptions &options) {
  try {
    return streams(*api, options) ? fit_statistics(api, options) : fit_rows(api, options);
  } catch (const StatusError &error) {
    throw StatusError(error.status(), of_file(error.what(), options));
  }
}

}  // namespace

int run_erase_fit(const ApiPointer &api, const EraseOptions &options) {
  const auto began = Clock::now();
  check_files(options);
  if (!options.key.empty()) {
    read_key_file(options.key);
    const recveil_erase_method method = method_of(*api, options.method);
    if (method != RECVEIL_ERASE_OPTIMAL_TRANSPORT && method != RECVEIL_ERASE_SCORE_TRANSPORT) {
      refuse(std::string("--key: ") + api->erase_method_name(method) +
             " makes no cells; give --method score_transport or optimal_transport");
    }
  }
  const Fitted fitted = fit(api, options);
  Json report{{"schema", "recveil.erase/1"},
              {"rows", fitted.rows},
              {"resumed_from", fitted.resumed_from},
              {"peak_rss_bytes", peak_rss_bytes()}};
  if (fitted.map) {
    data::WholeFile file(options.map);
    file.write(fitted.map->bytes());
    file.commit();
    report["output"] = options.map;
    report["map"] = describe_map(*api, *fitted.map);
    report["shared_rows"] = fitted.shared > 0 ? Json(fitted.shared) : report["map"]["shared_rows"];
  }
  report["seconds"] = std::chrono::duration<double>(Clock::now() - began).count();
  if (!options.statistics_out.empty()) report["statistics"] = options.statistics_out;
  if (options.json) {
    fmt::print("{}\n", report.dump(2));
  } else {
    print_text(options, report);
  }
  return kOk;
}

}  // namespace recveil::cli
