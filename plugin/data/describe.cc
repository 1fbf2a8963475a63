#include "data/describe.h"

#include <algorithm>

namespace recveil::data {
namespace {

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

double median(std::vector<std::size_t> lengths) {
  if (lengths.empty()) return 0;
  std::sort(lengths.begin(), lengths.end());
  const std::size_t below = lengths[(lengths.size() - 1) / 2], above = lengths[lengths.size() / 2];
  return static_cast<double>(below + above) / 2;
}

AttributeSummary summarize(const Attribute &attribute) {
  AttributeSummary out{attribute.name, attribute.values, {}, 0};
  out.count.assign(attribute.values.size(), 0);
  for (const std::int32_t label : attribute.label) {
    ++(label < 0 ? out.unknown : out.count[static_cast<std::size_t>(label)]);
  }
  return out;
}

}  // namespace

Summary summarize(const Dataset &dataset) {
  const Interactions &rows = dataset.interactions;
  Summary out;
  out.users = rows.n_users();
  out.items = rows.n_items;
  out.interactions = rows.size();
  const auto users = static_cast<double>(out.users), size = static_cast<double>(out.interactions);
  out.density = ratio(size, users * static_cast<double>(out.items));
  out.mean_history = ratio(size, users);

  std::vector<std::size_t> lengths(out.users);
  for (std::size_t u = 0; u < out.users; ++u) lengths[u] = rows.row(u).size();
  if (!lengths.empty()) out.max_history = *std::max_element(lengths.begin(), lengths.end());
  out.median_history = median(std::move(lengths));

  const auto unknown = std::count(dataset.times.begin(), dataset.times.end(), 0);
  out.known_times =
      ratio(static_cast<double>(dataset.times.size()) - static_cast<double>(unknown), size);
  out.has_ratings = !dataset.ratings.empty();
  if (out.has_ratings) {
    const auto [least, greatest] =
        std::minmax_element(dataset.ratings.begin(), dataset.ratings.end());
    out.least_rating = *least;
    out.greatest_rating = *greatest;
  }
  for (const Attribute &attribute : dataset.attributes) {
    out.attributes.push_back(summarize(attribute));
  }
  out.injected = static_cast<std::size_t>(
      std::count(dataset.injected.begin(), dataset.injected.end(), std::uint8_t{1}));
  return out;
}

}  // namespace recveil::data
