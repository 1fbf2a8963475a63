#include "data/load.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/error.h"
#include "data/csv.h"
#include "data/fields.h"
#include "data/generate.h"
#include "data/published.h"
#include "data/short_histories.h"
#include "data/spec.h"

namespace recveil::data {
namespace {

Dataset load_synthetic(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kKeys{"users", "items", "seed", "histories",
                                                         "top_items"};
  GenerateOptions options;
  ShortHistories cut;
  bool is_short = false;
  for (const auto &[key, value] : parse_options("synthetic", text, ',', kKeys)) {
    if (key == "histories") {
      parse_lengths("synthetic", value, cut);
      is_short = true;
      continue;
    }
    const std::uint64_t count = option_count("synthetic", key, value);
    if (count > UINT32_MAX && key != "seed") {
      throw Error(Status::argument,
                  "synthetic: " + std::string(key) + ": " + in_quotes(value) + " is too large");
    }
    const auto small = static_cast<std::uint32_t>(count);
    if (key == "users") options.users = small;
    if (key == "items") options.items = small;
    if (key == "seed") options.seed = cut.seed = count;
    if (key == "top_items") cut.top_items = small;
  }
  if (cut.top_items > 0 && !is_short) {
    throw Error(Status::argument, "synthetic: top_items: needs histories");
  }
  Dataset out = generate(options);
  if (is_short) {
    cut_histories(cut, out);
    out.name += ',' + describe(cut, ',');
  }
  return out;
}

// The options of a published dataset: cut histories.
ShortHistories published_cut(std::string_view scheme, std::string_view text) {
  static constexpr std::array<std::string_view, 3> kKeys{"histories", "top_items", "seed"};
  ShortHistories out;
  bool is_short = false;
  for (const auto &[key, value] : parse_options(scheme, text, '&', kKeys)) {
    if (key == "histories") {
      parse_lengths(scheme, value, out);
      is_short = true;
      continue;
    }
    const std::uint64_t count = option_count(scheme, key, value);
    if (key == "seed") out.seed = count;
    if (key == "top_items") {
      out.top_items = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, UINT32_MAX));
    }
  }
  if (!is_short) throw Error(Status::argument, std::string(scheme) + ": options: need histories");
  return out;
}

}  // namespace

Dataset load(std::string_view spec) {
  const std::size_t colon = std::min(spec.find(':'), spec.size());
  const std::string_view scheme = spec.substr(0, colon);
  const std::string_view rest = colon < spec.size() ? spec.substr(colon + 1) : "";
  if (scheme == "synthetic") return load_synthetic(rest);
  if (scheme == "csv") return load_csv(rest);

  std::vector<std::string_view> names(published_names().begin(), published_names().end());
  if (std::find(names.begin(), names.end(), scheme) == names.end()) {
    names.insert(names.end(), {"synthetic", "csv"});
    throw Error(Status::argument, "data: there is no dataset " + in_quotes(scheme) +
                                      "; did you mean " + in_quotes(nearest(scheme, names)) + "?");
  }
  if (rest.empty()) {
    throw Error(Status::argument, std::string(scheme) + ": the SPEC names no folder");
  }
  const std::size_t options = std::min(rest.find('?'), rest.size());
  const std::string folder(rest.substr(0, options));
  if (options == rest.size()) return load_published(scheme, folder);
  const ShortHistories cut = published_cut(scheme, rest.substr(options + 1));
  Dataset out = load_published(scheme, folder);
  cut_histories(cut, out);
  out.name += '?' + describe(cut, '&');
  return out;
}

}  // namespace recveil::data
