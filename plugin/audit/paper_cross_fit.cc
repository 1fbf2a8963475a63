// What cross-fit serving leaves of the attack on the recommenders of Zhang et al. (CCS'21).
#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "audit/attackers.h"
#include "audit/paper.h"
#include "audit/paper_systems.h"
#include "audit/task_pool.h"
#include "core/watch.h"
#include "recommend/fold_item_cf.h"
#include "recommend/lfm.h"
#include "recommend/ncf.h"

namespace recveil::audit {
namespace {

using recommend::FoldModel;
using recommend::FoldRanker;
using Part = PaperFifths::Part;

// Models that never saw a fold, as something that ranks.
class FoldOf final : public recommend::Recommender {
 public:
  explicit FoldOf(FoldModel model) : model_(std::move(model)), ranker_(model_, 1) {}
  std::uint32_t n_items() const override { return model_.n_items(); }
  void score(std::span<const std::uint32_t> history, std::span<float> scores) const override {
    const std::vector<double> all = ranker_.score(history);
    for (std::size_t i = 0; i < all.size(); ++i) {
      scores[i] = model_.support[i] > 0 ? static_cast<float>(all[i]) : 0;
    }
  }

 private:
  const FoldModel model_;
  const FoldRanker ranker_;
};

using Model = std::unique_ptr<recommend::Recommender>;

Model train_without(const std::string &name, const Interactions &members,
                    const recommend::Folds &folds, std::uint32_t fold, std::uint64_t seed) {
  const Interactions others = recommend::without_folds(members, folds, fold, fold + 1);
  if (name != "lfm") return train_paper(name, others, seed);
  recommend::LfmOptions options;
  options.seed = seed;
  constexpr double kLength = 32;  // for which folding in is exact
  return std::make_unique<FoldOf>(recommend::train_lfm_fold(others, options, kLength));
}

double ndcg10(std::span<const std::uint32_t> list, std::span<const std::uint32_t> wanted) {
  constexpr std::size_t kPlaces = 10;
  double gain = 0, best = 0;
  for (std::size_t p = 0; p < kPlaces; ++p) {
    const double weight = 1 / std::log2(static_cast<double>(p) + 2);
    if (p < wanted.size()) best += weight;
    if (p >= list.size()) continue;
    if (std::find(wanted.begin(), wanted.end(), list[p]) != wanted.end()) gain += weight;
  }
  return best > 0 ? gain / best : 0;
}

// What one population is shown, in each way of serving.
struct Shown {
  attack::Population people;
  double members = 0, others = 0;  // NDCG@10
};

class Population {
 public:
  Population(const std::string &name, const Part &members, const Part &others,
             const PaperRequest &request, std::uint64_t seed)
      : members_(members), others_(others), k_(request.list_length), n_folds_(request.folds) {
    for (std::size_t u = 0; u < members.histories.n_users(); ++u) {
      fold_.push_back(static_cast<std::uint32_t>(u % n_folds_));
    }
    one_ = train_paper(name, members.histories, seed);
    for (std::uint32_t f = 0; f < n_folds_; ++f) {
      folds_.push_back(train_without(name, members.histories, {fold_, n_folds_}, f, seed));
    }
  }

  Shown show(const std::string &serving) const {
    Shown out;
    out.people.histories.n_items = out.people.lists.n_items = one_->n_items();
    out.members = add(serving, members_, true, out.people);
    out.others = add(serving, others_, false, out.people);
    return out;
  }

 private:
  // The mean NDCG@10.
  double add(const std::string &serving, const Part &part, bool member,
             attack::Population &people) const {
    std::vector<float> scores(one_->n_items());
    std::vector<std::uint32_t> list;
    double sum = 0;
    for (std::size_t u = 0; u < part.histories.n_users(); ++u) {
      pulse();
      const auto history = part.histories.row(u);
      if (serving == "cross_fit") {
        folds_[u % n_folds_]->score(history, scores);
      } else if (serving == "own" && member) {
        one_->score_trained(u, history, scores);
      } else {
        one_->score(history, scores);
      }
      recommend::top_k_unseen(scores, history, k_, list);
      people.histories.append(history);
      people.lists.append(list);
      people.member.push_back(member ? 1 : 0);
      sum += ndcg10(list, part.held_out.row(u));
    }
    return sum / static_cast<double>(std::max<std::size_t>(part.histories.n_users(), 1));
  }

  const Part &members_, &others_;
  const std::size_t k_;
  const std::uint32_t n_folds_;
  std::vector<std::uint32_t> fold_;
  Model one_;
  std::vector<Model> folds_;
};

}  // namespace

std::vector<CrossFitResult> paper_cross_fit(const PaperRequest &request, const Interactions &all,
                                            std::size_t least, std::uint64_t seed,
                                            unsigned threads) {
  const PaperFifths people = fifths_paper(all, least, seed);
  const auto knowledge = learn_items(people.vectors, seed);
  const std::vector<std::string> &names = request.recommenders;
  std::vector<std::unique_ptr<Population>> populations(2 * names.size());  // shadow, target
  run_tasks(
      populations.size(), threads,
      [&](std::size_t t) {
        const bool shadow = t % 2 == 0;
        populations[t] = std::make_unique<Population>(
            names[t / 2], shadow ? people.shadow_members : people.target_members,
            shadow ? people.shadow_others : people.target_others, request, 2 * seed + t % 2);
      },
      [](double) { pulse(); });
  const std::vector<PaperCell> cells = paper_cells(request);
  const std::size_t servings = cells.size() / names.size();
  std::vector<CrossFitResult> out(cells.size());
  run_tasks(
      cells.size(), threads,
      [&](std::size_t c) {
        const std::size_t name = c / servings;
        const Shown shadow = populations[2 * name]->show(cells[c].serving),
                    target = populations[2 * name + 1]->show(cells[c].serving);
        const bool with_features = cells[c].attackers == PaperAttackers::all;
        const auto learnt = see(knowledge, shadow.people, with_features),
                   seen = see(knowledge, target.people, with_features);
        out[c].attackers =
            paper_scores({learnt, &knowledge->item_vectors}, {{seen, &knowledge->item_vectors}},
                         cells[c].attack, cells[c].attackers, seed)[0];
        out[c].member_ndcg = target.members;
        out[c].other_ndcg = target.others;
      },
      [](double) { pulse(); });
  for (std::size_t c = 0; c < out.size(); ++c) {
    out[c].own_ndcg = out[c / servings * servings].member_ndcg;
  }
  return out;
}

}  // namespace recveil::audit
