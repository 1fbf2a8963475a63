// HR@100 of Zhang et al.'s Table 2 under each protocol that it may have had.
#include <algorithm>
#include <span>

#include "audit/paper.h"
#include "audit/paper_systems.h"
#include "audit/task_pool.h"
#include "core/random.h"
#include "core/watch.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kNegatives = 1999;
constexpr double kShares[] = {.1, .2, .3};

// How many of `items` rank above `item`, ties by half.
double above(std::span<const float> scores, std::uint32_t item,
             std::span<const std::uint32_t> items) {
  double out = 0;
  for (const std::uint32_t other : items) {
    if (other == item) continue;
    out += scores[other] > scores[item] ? 1 : scores[other] == scores[item] ? .5 : 0;
  }
  return out;
}

// Shares of people: one held-out record among 1,999 others, among all unseen, among everything.
std::vector<double> leave_one_out(const std::string &name, const Interactions &members,
                                  std::size_t k, std::uint64_t seed) {
  const HeldOutRecords held = hold_out_records(members, 0, seed);
  const auto model = train_paper(name, held.history, seed);
  std::vector<float> scores(members.n_items);
  Rng rng(seed, 0x70617020);
  std::vector<double> hits(3, 0);
  for (std::size_t u = 0; u < members.n_users(); ++u) {
    pulse();
    if (held.records.row(u).empty()) continue;
    const std::uint32_t item = held.records.row(u)[0];
    model->score_trained(u, held.history.row(u), scores);
    std::vector<std::uint8_t> mine(members.n_items, 0);
    for (const std::uint32_t i : members.row(u)) mine[i] = 1;
    std::vector<std::uint32_t> unseen, drawn, all;
    for (std::uint32_t i = 0; i < members.n_items; ++i) {
      if (mine[i] == 0) unseen.push_back(i);
      all.push_back(i);
    }
    for (std::size_t n = 0; n < kNegatives && !unseen.empty(); ++n) {
      drawn.push_back(unseen[rng.below(unseen.size())]);
    }
    std::sort(drawn.begin(), drawn.end());
    drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
    const auto places = static_cast<double>(k);
    hits[0] += above(scores, item, drawn) < places ? 1 : 0;
    hits[1] += above(scores, item, unseen) < places ? 1 : 0;
    hits[2] += above(scores, item, all) < places ? 1 : 0;
  }
  for (double &value : hits) value /= static_cast<double>(members.n_users());
  return hits;
}

// The share of people with one or more of the held-out records among the k best that are unseen.
// epochs: 0: of the recommender's own.
double any_of(const std::string &name, const Interactions &members, double share, std::size_t k,
              std::uint64_t seed, unsigned epochs) {
  const HeldOutRecords held = hold_out_records(members, share, seed);
  const auto model = train_paper(name, held.history, seed, epochs);
  const RankedLists lists = paper_lists(name, *model, held.history, 0, "unseen", k, seed);
  std::size_t hits = 0;
  for (std::size_t u = 0; u < members.n_users(); ++u) {
    const auto list = lists.row(u), out = held.records.row(u);
    hits += std::any_of(out.begin(), out.end(), [&](std::uint32_t item) {
      return std::find(list.begin(), list.end(), item) != list.end();
    });
  }
  return static_cast<double>(hits) / static_cast<double>(members.n_users());
}

using Shares = std::vector<std::vector<double>>;

Shares by_epochs(const PaperRequest &request, const Interactions &members, std::uint64_t seed,
                 unsigned threads) {
  const std::size_t n = request.epochs.size();
  Shares out(request.recommenders.size(), std::vector<double>(n));
  run_tasks(
      out.size() * n, threads,
      [&](std::size_t t) {
        out[t / n][t % n] = any_of(request.recommenders[t / n], members, .2, request.list_length,
                                   seed, request.epochs[t % n]);
      },
      [](double) { pulse(); });
  return out;
}

Shares by_protocol(const PaperRequest &request, const Interactions &members, std::uint64_t seed,
                   unsigned threads) {
  const std::size_t each = 1 + std::size(kShares);
  Shares out(request.recommenders.size(), std::vector<double>(3 + std::size(kShares)));
  run_tasks(
      out.size() * each, threads,
      [&](std::size_t t) {
        const std::string &name = request.recommenders[t / each];
        std::vector<double> &into = out[t / each];
        if (t % each == 0) {
          const auto three = leave_one_out(name, members, request.list_length, seed);
          std::copy(three.begin(), three.end(), into.begin());
        } else {
          into[2 + t % each] =
              any_of(name, members, kShares[t % each - 1], request.list_length, seed, 0);
        }
      },
      [](double) { pulse(); });
  return out;
}

}  // namespace

std::vector<std::string> paper_protocols(const PaperRequest &request) {
  if (request.table != "epochs") {
    return {"one among 1,999", "one among all unseen", "one among all",
            "any of 10 %",     "any of 20 %",          "any of 30 %"};
  }
  std::vector<std::string> out;
  for (const std::uint32_t epochs : request.epochs) {
    out.push_back("any of 20 %, epochs: " + std::to_string(epochs));
  }
  return out;
}

std::vector<std::vector<double>> paper_quality(const PaperRequest &request, const Interactions &all,
                                               std::size_t least, std::uint64_t seed,
                                               unsigned threads) {
  const PaperSplit split = split_paper(all, request.split, least, seed);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t u = 0; u < split.shadow.members; ++u) rows.push_back(u);
  const Interactions members = split.shadow.histories.select(rows);
  return request.table == "epochs" ? by_epochs(request, members, seed, threads)
                                   : by_protocol(request, members, seed, threads);
}

}  // namespace recveil::audit
