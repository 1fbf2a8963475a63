#include "audit/paper_lab.h"

#include <algorithm>
#include <numeric>

#include "audit/attackers.h"
#include "audit/paper_systems.h"
#include "recommend/lfm.h"

namespace recveil::audit {
namespace {

constexpr const char *kOneModel = "ncf_one_model";

std::vector<std::uint32_t> range(std::size_t begin, std::size_t end) {
  std::vector<std::uint32_t> out(end - begin);
  std::iota(out.begin(), out.end(), static_cast<std::uint32_t>(begin));
  return out;
}

void append(const Interactions &from, std::size_t first, std::size_t end, Interactions &to) {
  to.n_items = from.n_items;
  for (std::size_t u = first; u < end; ++u) to.append(from.row(u));
}

}  // namespace

PaperLab::PaperLab(const PaperRequest &request, const Interactions &all, std::size_t least,
                   std::uint64_t seed, std::size_t longest)
    : request_(request),
      seed_(seed),
      longest_(longest),
      split_(split_paper(all, request.split, least, seed)) {}

void PaperLab::reserve(const std::vector<std::string> &recommenders,
                       const std::vector<std::uint32_t> &lengths) {
  for (const std::string &name : recommenders) {
    for (const PaperPart part : {PaperPart::shadow, PaperPart::target}) lists_[{name, part}];
  }
  for (const std::uint32_t length : lengths) vectors_[length];
}

void PaperLab::train(const std::string &recommender, PaperPart part) {
  const PaperSide &side = part == PaperPart::shadow ? split_.shadow : split_.target;
  const std::uint64_t seed = 2 * seed_ + (part == PaperPart::target ? 1 : 0);
  RankedLists &out = lists_.at({recommender, part});
  if (recommender == kOneModel) {
    // One model of the shadow's people has the members of both populations.
    if (part == PaperPart::target) return;
    const auto model = train_paper(recommender, split_.shadow.histories, seed);
    out = paper_lists(recommender, *model, split_.shadow.histories, 0, request_.lists, longest_,
                      seed);
    return;
  }
  const Interactions members = side.histories.select(range(0, side.members));
  const auto model = train_paper(recommender, members, seed);
  out = paper_lists(recommender, *model, members, 0, request_.lists, longest_, seed);
}

void PaperLab::make_vectors(std::size_t length) {
  recommend::LfmOptions options = recommend::vectors_lfm();
  options.d = length;
  options.seed = seed_;
  vectors_.at(length) = recommend::train_lfm(split_.vectors, options)->item_factors();
}

void PaperLab::learn() {
  knowledge_ = learn_items(split_.vectors, seed_);
}

attack::Population PaperLab::population(const PaperSystem &system) const {
  const bool one_model = system.recommender == kOneModel, shadow = system.part == PaperPart::shadow;
  attack::Population out;
  Interactions others;
  const RankedLists &lists =
      lists_.at({system.recommender, one_model ? PaperPart::shadow : system.part});
  std::vector<std::uint32_t> popular;
  const auto add_members = [&](std::size_t first, std::size_t end, const Interactions &histories) {
    append(histories, first, end, out.histories);
    out.lists.n_items = histories.n_items;
    for (std::size_t u = first; u < end; ++u) {
      const auto list = lists.row(u);
      out.lists.append(list.first(std::min<std::size_t>(list.size(), system.list_length)));
    }
    out.member.assign(end - first, 1);
  };
  if (one_model) {
    const Interactions &in = split_.shadow.histories, &not_in = split_.target.histories;
    const std::size_t a = split_.shadow.members, b = split_.target.members;
    add_members(shadow ? 0 : a, shadow ? a : in.n_users(), in);
    append(not_in, shadow ? 0 : b, shadow ? b : not_in.n_users(), others);
    popular = by_popularity(not_in);
  } else {
    const PaperSide &side = shadow ? split_.shadow : split_.target;
    add_members(0, side.members, side.histories);
    append(side.histories, side.members, side.histories.n_users(), others);
    popular = by_popularity(side.histories.select(range(0, side.members)));
  }
  append(others, 0, others.n_users(), out.histories);
  append(popular_lists(popular, others, system.list_length, system.ratio,
                       request_.lists == "unseen", 2 * seed_ + (shadow ? 0 : 1)),
         0, others.n_users(), out.lists);
  out.member.resize(out.histories.n_users(), 0);
  return out;
}

}  // namespace recveil::audit
