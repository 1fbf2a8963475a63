#include "recommend/recommender.h"

#include <algorithm>

#include "recommend/check.h"

namespace recveil::recommend {

void top_k_unseen(std::span<float> scores, std::span<const std::uint32_t> seen, std::size_t k,
                  std::vector<std::uint32_t> &out) {
  check_items("top_k_unseen: seen", seen, scores.size());
  for (const std::uint32_t item : seen) scores[item] = 0;

  out.clear();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > 0 || scores[i] < 0) out.push_back(static_cast<std::uint32_t>(i));
  }
  // A total order, so that the result does not depend on how the selection works.
  const auto better = [scores](std::uint32_t a, std::uint32_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  if (k < out.size()) {
    std::nth_element(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(k), out.end(), better);
    out.resize(k);
  }
  std::sort(out.begin(), out.end(), better);
}

}  // namespace recveil::recommend
