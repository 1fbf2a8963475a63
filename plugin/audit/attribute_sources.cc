#include "audit/attribute_sources.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/random.h"

namespace recveil::audit {

bool is_known_source(const std::string &source) noexcept {
  constexpr std::array<std::string_view, 3> kKnown{"row+history", "list+history", "two_versions"};
  return std::find(kKnown.begin(), kKnown.end(), source) != kKnown.end();
}

Matrix next_to(const Matrix &a, const Matrix &b, bool difference) {
  Matrix out{a.rows, a.cols + b.cols, {}};
  out.data.reserve(out.rows * out.cols);
  for (std::size_t i = 0; i < a.rows; ++i) {
    out.data.insert(out.data.end(), a.row(i), a.row(i) + a.cols);
    for (std::size_t c = 0; c < b.cols; ++c) {
      out.data.push_back(difference ? b.row(i)[c] - a.row(i)[c] : b.row(i)[c]);
    }
  }
  return out;
}

Interactions next_to(const Interactions &a, const Interactions &b) {
  Interactions out;
  out.n_items = a.n_items + b.n_items;
  std::vector<std::uint32_t> row;
  for (std::size_t i = 0; i < a.n_users(); ++i) {
    const auto first = a.row(i), second = b.row(i);
    row.assign(first.begin(), first.end());
    for (const std::uint32_t item : second) row.push_back(a.n_items + item);
    out.append(row);
  }
  return out;
}

Interactions thinned(const Interactions &history, std::uint64_t seed) {
  Interactions out;
  out.n_items = history.n_items;
  Rng rng(seed, 46);
  std::vector<std::uint32_t> row;
  for (std::size_t i = 0; i < history.n_users(); ++i) {
    row.clear();
    for (const std::uint32_t item : history.row(i)) {
      if (rng.uniform() >= 0.05) row.push_back(item);
    }
    if (row.empty() && !history.row(i).empty()) row.push_back(history.row(i).front());
    out.append(row);
  }
  return out;
}

std::vector<std::uint8_t> draw_outside(const std::vector<PeopleClasses> &attributes,
                                       std::uint64_t seed) {
  const std::size_t n = attributes.front().of_row.size();
  std::vector<std::uint8_t> out(n);
  Rng rng(seed, 47);
  for (std::size_t i = 0; i < n; ++i) {
    const bool known = std::any_of(attributes.begin(), attributes.end(),
                                   [i](const PeopleClasses &of) { return of.of_row[i] >= 0; });
    out[i] = known && rng.uniform() < 0.2 ? 1 : 0;
  }
  return out;
}

Cuts cuts_of(const PeopleClasses &attribute, const std::vector<std::uint8_t> &requesters,
             const std::vector<std::uint8_t> &attacked) {
  Cut transfer, adaptive;
  std::size_t others = 0;
  for (std::size_t i = 0; i < attacked.size(); ++i) {
    const auto row = static_cast<std::uint32_t>(i);
    if (attribute.of_row[i] < 0) continue;
    if (requesters[i] == 0) {
      ++others;
      transfer.learnt.push_back(row);
    } else if (attacked[i] != 0) {
      adaptive.attacked.push_back(row);
    } else {
      adaptive.learnt.push_back(row);
    }
  }
  transfer.attacked = adaptive.attacked;
  Cuts out;
  out.everybody = others == 0;
  out.transfer.push_back(out.everybody ? adaptive : transfer);
  out.adaptive.push_back(std::move(adaptive));
  return out;
}

}  // namespace recveil::audit
