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
#include "data/spec.h"

namespace recveil::data {
namespace {

Dataset load_synthetic(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kKeys{"users", "items", "seed"};
  GenerateOptions options;
  for (const auto &[key, value] : parse_options("synthetic", text, ',', kKeys)) {
    const std::uint64_t count = option_count("synthetic", key, value);
    // A count that does not fit is far above what generate() takes: it will say so.
    const auto clamped = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, UINT32_MAX));
    if (key == "users") options.users = clamped;
    if (key == "items") options.items = clamped;
    if (key == "seed") options.seed = count;
  }
  return generate(options);
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
  return load_published(scheme, std::string(rest));
}

}  // namespace recveil::data
