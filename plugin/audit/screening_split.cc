#include "audit/screening_split.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "audit/screening_people.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

constexpr double kBlatant = 0.05;

double most_bursting(std::span<const std::uint32_t> row, const std::vector<std::uint32_t> &count,
                     const Scenery &scenery, double share) {
  double out = 0;
  for (const std::uint32_t item : row) {
    const double expected = scenery.popularity[item] * share;
    out = std::max(out, (count[item] - expected) / std::sqrt(expected + 1));
  }
  return out;
}

PlantedControl control_of(const Scenery &scenery, std::uint64_t seed) {
  const ScreeningAttack blatant{"random", attack::find_profile("random"), true};
  const PlantedCampaign planted = plant(blatant, {ProfileSize::Kind::average, 0},
                                        target_kinds().front(), scenery, kBlatant, seed);
  Rng rng(seed, 5);
  const Batch batch = mixed(scenery.batch, arriving_with(planted.fakes, scenery.batch, rng), rng);
  const std::vector<std::uint32_t> count = popularity(batch.crowd);
  const double share =
      static_cast<double>(scenery.batch.size()) / static_cast<double>(scenery.window.size());
  std::vector<double> fakes, others;
  std::vector<Decision> oracle;
  for (std::size_t u = 0; u < batch.fake.size(); ++u) {
    (batch.fake[u] != 0 ? fakes : others)
        .push_back(most_bursting(batch.crowd.accounts.histories.row(u), count, scenery, share));
    oracle.push_back(batch.fake[u] != 0 ? Decision::quarantine : Decision::accept);
  }
  const CampaignOutcome known = outcome_of(oracle, batch.fake);
  return {numerics::auc(fakes, others).value,
          known.caught() && known.fakes == planted.fakes.histories.n_users() &&
              known.genuine_quarantined == 0};
}

// What a trainer does with the verdicts: it leaves out who is held up, where a fake that is
// deferred is not trained on yet, and neither is a person; or it takes the weights.
struct Sentenced {
  Interactions accepted_fakes;
  std::vector<std::uint32_t> taken_out;  // genuine accounts that are left out
  std::vector<float> batch_weights, fake_weights;
};

// Weights of genuine accounts, of which at least this share must have been flagged by mistake: as
// many more as it takes, at random, count for nothing.
constexpr double kFalseAlarms = .01;
void raise_false_alarms(std::span<const Decision> decisions, std::uint64_t seed,
                        std::vector<float> &weights) {
  std::vector<std::size_t> accepted;
  for (std::size_t u = 0; u < weights.size(); ++u) {
    if (decisions[u] == Decision::accept) accepted.push_back(u);
  }
  const auto least =
      static_cast<std::size_t>(std::ceil(kFalseAlarms * static_cast<double>(weights.size())));
  const std::size_t flagged = weights.size() - accepted.size();
  Rng rng(seed, 6);
  rng.shuffle(accepted);
  for (std::size_t i = flagged; i < least && i - flagged < accepted.size(); ++i) {
    weights[accepted[i - flagged]] = 0;
  }
}

class Campaigns {
 public:
  Campaigns(const ScreeningRequest &request, const ScreeningData &data, std::uint64_t seed)
      : request_(request),
        seed_(seed),
        parts_(deal_parts(data.genuine.size(), seed)),
        window_(select(data.genuine, parts_.window)),
        batch_(select(data.genuine, parts_.batch)),
        donors_(select(data.genuine, parts_.donors)),
        popularity_(popularity(window_)),
        scenery_{window_,
                 batch_,
                 donors_,
                 popularity_,
                 attack::average_profile_size(window_.accounts),
                 data.genuine.size()},
        defense_(train_defense(request.defense, window_, seed)) {}

  CampaignOutcome campaign(const ScreeningCell &cell, std::size_t place) const {
    const PlantedCampaign planted = planted_in(cell, place);
    const Batch batch = batch_with(planted, place);
    CampaignOutcome out = outcome_of(defense_->screen(batch.crowd), batch.fake);
    out.profile_size = planted.profile_size;
    return out;
  }

  ImpactOutcome impact(const Impact &on, const ScreeningCell &cell, std::size_t place) const {
    const PlantedCampaign planted = planted_in(cell, place);
    const Sentenced sentenced = screened(planted, place);
    ImpactOutcome out;
    out.attack = request_.attacks[cell.attack].name;
    out.profile_size = planted.profile_size;
    out.clean = on.clean(planted.targets);
    out.poisoned = on.with(planted.fakes.histories, {}, planted.targets);
    out.screened = on.with(sentenced.accepted_fakes, sentenced.taken_out, planted.targets);
    out.weighted = on.weighted(planted.fakes.histories, sentenced.fake_weights,
                               sentenced.batch_weights, planted.targets);
    return out;
  }

  const Parts &parts() const { return parts_; }
  const Scenery &scenery() const { return scenery_; }
  const ScreeningDefense &defense() const { return *defense_; }

 private:
  PlantedCampaign planted_in(const ScreeningCell &cell, std::size_t place) const {
    return plant(request_.attacks[cell.attack], cell.size, cell.target, scenery_,
                 request_.injection_rate, seed_of(seed_, place));
  }

  Batch batch_with(const PlantedCampaign &planted, std::size_t place) const {
    Rng rng(seed_of(seed_, place, 1));
    return mixed(batch_, arriving_with(planted.fakes, batch_, rng), rng);
  }

  Sentenced screened(const PlantedCampaign &planted, std::size_t place) const {
    // In this order, so that rows are known by their place.
    Rng rng(seed_of(seed_, place, 1));
    Crowd all = batch_;
    append(all, arriving_with(planted.fakes, batch_, rng));
    const Screened screened = defense_->screen(all);
    Sentenced out;
    out.accepted_fakes.n_items = all.n_items();
    for (std::size_t u = 0; u < all.size(); ++u) {
      const bool accepted = screened.decision[u] == Decision::accept;
      if (u >= batch_.size()) {
        out.fake_weights.push_back(screened.weight[u]);
        if (accepted) out.accepted_fakes.append(all.accounts.histories.row(u));
      } else {
        out.batch_weights.push_back(screened.weight[u]);
        if (!accepted) out.taken_out.push_back(parts_.batch[u]);
      }
    }
    raise_false_alarms(screened.decision, seed_of(seed_, place, 3), out.batch_weights);
    return out;
  }

  const ScreeningRequest &request_;
  const std::uint64_t seed_;
  const Parts parts_;
  const Crowd window_, batch_, donors_;
  const std::vector<std::uint32_t> popularity_;
  const Scenery scenery_;
  const std::unique_ptr<ScreeningDefense> defense_;
};

// Where the recommender is trained: each attack at the window's average size on the first targets.
std::vector<std::size_t> impact_places(const std::vector<ScreeningCell> &cells) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const bool known = !out.empty() && cells[out.back()].attack == cells[c].attack;
    if (!known) {
      out.push_back(c);
    } else if (cells[c].size.kind == ProfileSize::Kind::average &&
               cells[out.back()].size.kind != ProfileSize::Kind::average) {
      out.back() = c;
    }
  }
  return out;
}

}  // namespace

SplitOutcome run_split(const ScreeningRequest &request, const ScreeningData &data,
                       const std::vector<ScreeningCell> &cells, std::uint64_t seed,
                       const Trainer &trainer, const std::function<void()> &step) {
  const Campaigns campaigns(request, data, seed);
  SplitOutcome out;
  out.window = campaigns.scenery().window.size();
  out.batch = campaigns.scenery().batch.size();
  out.average_size = campaigns.scenery().average_size;
  out.control = control_of(campaigns.scenery(), seed_of(seed, 0, 2));
  step();
  for (std::size_t c = 0; c < cells.size(); ++c) {
    out.campaigns.push_back(campaigns.campaign(cells[c], c));
    step();
  }
  if (request.scenes) {
    out.scenes = play_scenes(request, campaigns.scenery(), campaigns.parts(), campaigns.defense(),
                             seed, step);
    for (SceneOutcome &scene :
         play_people(request, campaigns.scenery(), campaigns.parts(), seed, step)) {
      out.scenes.push_back(std::move(scene));
    }
  }
  if (trainer.plain) {
    const Impact on(data.held_out, campaigns.parts().window, campaigns.parts().batch, trainer,
                    seed);
    for (const std::size_t place : impact_places(cells)) {
      out.impact.push_back(campaigns.impact(on, cells[place], place));
    }
    step();
  }
  return out;
}

std::size_t split_steps(const ScreeningRequest &request, std::size_t cells, bool impact) {
  return 1 + cells + (request.scenes ? kScenes + kPeopleScenes : 0) + (impact ? 1 : 0);
}

}  // namespace recveil::audit
