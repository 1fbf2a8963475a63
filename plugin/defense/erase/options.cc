#include "defense/erase/options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "core/error.h"

namespace recveil::defense {
namespace {

constexpr std::array<std::pair<EraseMethod, const char *>, 8> kNames{{
    {EraseMethod::gaussian_transport, "gaussian_transport"},
    {EraseMethod::optimal_transport, "optimal_transport"},
    {EraseMethod::leace, "leace"},
    {EraseMethod::score_transport, "score_transport"},
    {EraseMethod::attrcloak_df, "attrcloak_df"},
    {EraseMethod::attrcloak_dd, "attrcloak_dd"},
    {EraseMethod::d2d, "d2d"},
    {EraseMethod::u2u, "u2u"},
}};

// The negation also refuses NaN.
void require(bool holds, const char *field, const char *range) {
  if (!holds) throw Error(Status::argument, std::string(field) + ": not in " + range);
}

}  // namespace

const char *method_name(EraseMethod method) noexcept {
  const auto *found = std::find_if(kNames.begin(), kNames.end(),
                                   [&](const auto &pair) { return pair.first == method; });
  return found != kNames.end() ? found->second : nullptr;
}

EraseMethod method_of(std::string_view name) {
  std::string names;
  for (const auto &[method, known] : kNames) {
    if (known == name) return method;
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  throw Error(Status::argument, "method: \"" + std::string(name) + "\" is not one of " + names);
}

void check_options(const EraseOptions &options) {
  require(method_name(options.method) != nullptr, "method", "the known ones");
  require(options.shrinkage <= Shrinkage::none, "shrinkage", "ledoit_wolf, none");
  require(options.min_class_rows >= 0 && options.min_class_rows <= 1e6, "min_class_rows",
          "[0, 1e6]");
  require(options.sweeps <= 200, "sweeps", "[0, 200]");
  require(options.score_sweeps <= 200, "score_sweeps", "[0, 200]");
  require(options.n_code >= 2 && options.n_code <= 1000000, "n_code", "[2, 1000000]");
  require(options.max_steps <= 1'000'000, "max_steps", "[0, 1000000]");
  require(options.learning_rate > 0 && options.learning_rate <= 1, "learning_rate", "(0, 1]");
  require(options.tolerance >= 0 && options.tolerance < 1, "tolerance", "[0, 1)");
  require(options.alpha_floor >= 0 && options.alpha_floor <= 1, "alpha_floor", "[0, 1]");
}

}  // namespace recveil::defense
