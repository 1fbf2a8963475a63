#include "defense/fold/rank.h"

#include <algorithm>

namespace recveil::defense {

RankWork::RankWork(Carver &carver, const FoldModel &model, std::size_t n_history,
                   std::size_t k) noexcept
    : places(carver.take<Scored>(std::min(k, model.n_items()))),
      n_places(std::min(k, model.n_items())),
      sorting(carver.take<std::uint32_t>(known_items_work(n_history))),
      left_out(carver.take<std::uint32_t>(n_history)),
      sorting_left_out(carver.take<std::uint32_t>(known_items_work(n_history))),
      scores(carver.take<double>(model.kind() == FoldKind::item_item ? model.n_items() : 0)),
      rows(carver.take<float>(model.kind() == FoldKind::factors ? kBlockRows * padded(model.d())
                                                                : 0)) {}

std::span<const std::uint32_t> left_out_of(const FoldModel &model, const KnownItems &known,
                                           std::span<const std::uint32_t> exclude,
                                           const RankWork &work) noexcept {
  if (exclude.empty()) return known.items;
  std::uint32_t *end = std::copy(known.items.begin(), known.items.end(), work.left_out);
  end = std::copy(exclude.begin(), exclude.end(), end);
  return known_items({{work.left_out, end}}, model.lent().support, work.sorting_left_out).items;
}

Profile profile_of(const FoldModel &model, const History &history,
                   std::span<const std::uint32_t> exclude, const RankWork &work) noexcept {
  Profile out;
  out.known = known_items(history, model.lent().support, work.sorting);
  out.left_out = left_out_of(model, out.known, exclude, work);
  return out;
}

void score_item_item(const FoldModel &model, const KnownItems &known, double *scores) noexcept {
  const ItemWeights &rows = model.lent().weights;
  const float *bias = model.lent().factors.bias;
  if (bias == nullptr) {
    std::fill_n(scores, model.n_items(), 0.0);
  } else {
    std::copy_n(bias, model.n_items(), scores);
  }
  for (std::size_t h = 0; h < known.items.size(); ++h) {
    const std::uint32_t j = known.items[h];
    const double weight = known.weights != nullptr ? static_cast<double>(known.weights[h]) : 1;
    for (std::size_t at = rows.offsets[j]; at < rows.offsets[j + 1]; ++at) {
      scores[rows.items[at]] += weight * static_cast<double>(rows.weights[at]);
    }
  }
}

void score_block(const FoldModel &model, const float *row, std::uint32_t floor, std::size_t begin,
                 std::size_t end, const RankWork &work, float *scores) noexcept {
  const FactorTable &table = model.lent().factors;
  const auto support = model.lent().support.subspan(begin, end - begin);
  const auto n_ranked = static_cast<std::size_t>(
      std::count_if(support.begin(), support.end(), [&](std::uint32_t s) { return s >= floor; }));
  if (2 * n_ranked >= support.size()) {
    model.kernels().scores(table.items + begin * table.stride, table.stride, support.size(),
                           table.d, row, scores);
    return;
  }
  std::uint32_t which[kBlockRows];
  float some[kBlockRows];
  std::size_t n = 0;
  const auto flush = [&] {
    model.kernels().gather(table.items, table.stride, which, n, table.d, padded(table.d),
                           work.rows);
    model.kernels().scores(work.rows, padded(table.d), n, table.d, row, some);
    for (std::size_t i = 0; i < n; ++i) scores[which[i] - begin] = some[i];
    n = 0;
  };
  for (std::size_t i = 0; i < support.size(); ++i) {
    if (support[i] < floor) continue;
    which[n++] = static_cast<std::uint32_t>(begin + i);
    if (n == kBlockRows) flush();
  }
  if (n > 0) flush();
}

}  // namespace recveil::defense
