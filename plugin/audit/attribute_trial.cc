#include "audit/attribute_trial.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/random.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

const char *const kWhoAsked[] = {"logistic", "mlp_100", "boosted_trees"};
constexpr double kPlanted = 8;  // standard deviations

template <class Attack>
std::vector<Attack> named(std::vector<Attack> attacks, const std::vector<std::string> &names) {
  if (names.empty()) return attacks;
  std::erase_if(attacks, [&](const Attack &attack) {
    return std::find(names.begin(), names.end(), attack.name) == names.end();
  });
  return attacks;
}

bool contains(const std::vector<std::string> &words, const char *word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::uint32_t> attacked_people(const Cuts &cuts) {
  std::vector<std::uint32_t> out;
  for (const Cut &cut : cuts.adaptive) {
    out.insert(out.end(), cut.attacked.begin(), cut.attacked.end());
  }
  return out;
}

// Requesters as a class of two, and everybody's cuts.
std::vector<std::vector<Reading>> read_who_asked(const AttributeEvidence &evidence,
                                                 std::uint64_t seed) {
  const std::size_t n = evidence.requesters.size();
  const auto asked = static_cast<std::size_t>(
      std::count(evidence.requesters.begin(), evidence.requesters.end(), std::uint8_t{1}));
  std::vector<std::vector<Reading>> out;
  if (asked == n || asked == 0 || evidence.rows.size() < 2) return out;
  PeopleClasses people{"asked", {"no", "yes"}, {}};
  for (const std::uint8_t flag : evidence.requesters) people.of_row.push_back(flag);
  const ClassCounts counts = count_classes(people, 1);
  const Cuts cuts = make_cuts(people, std::vector<std::uint8_t>(n, 1), 2, seed);
  for (const attack::RowAttack &attack : attack::row_attribute_attacks(false)) {
    if (std::find(std::begin(kWhoAsked), std::end(kWhoAsked), attack.name) == std::end(kWhoAsked)) {
      continue;
    }
    std::vector<Reading> stages;
    for (std::size_t s = 1; s < evidence.rows.size(); ++s) {
      // Others keep their raw rows in every stage.
      stages.push_back(
          read_attribute(attack, people, counts, cuts, {&evidence.rows[s]}, false, seed)
              .transfer.front());
    }
    out.push_back(std::move(stages));
  }
  return out;
}

void add(AttributeSplit &split, const std::string &attacker, const std::string &source,
         std::size_t attribute, StageReadings found) {
  split.keys.push_back({attacker, "transfer", source, attribute});
  split.readings.push_back(std::move(found.transfer));
  if (found.adaptive.empty()) return;
  split.keys.push_back({attacker, "adaptive", source, attribute});
  split.readings.push_back(std::move(found.adaptive));
}

void read_joined(const JoinedSource &joined, const AttributeEvidence &evidence,
                 const std::vector<PeopleClasses> &attributes, const AttributeAttackers &attackers,
                 const TrialOptions &options, std::uint64_t seed, AttributeSplit &out) {
  std::vector<const Matrix *> rows;
  for (const Matrix &stage : joined.rows) rows.push_back(&stage);
  std::vector<const Interactions *> lists;
  for (const Interactions &stage : joined.lists) lists.push_back(&stage);
  for (std::size_t a = 0; a < attributes.size(); ++a) {
    const PeopleClasses &people = attributes[a];
    const ClassCounts counts = count_classes(people, evidence.rows.front().cols);
    const Cuts cuts = joined.attacked.empty()
                          ? make_cuts(people, evidence.requesters, options.folds, seed)
                          : cuts_of(people, evidence.requesters, joined.attacked);
    for (const attack::RowAttack &attack : attackers.joined_rows) {
      if (rows.empty()) break;
      add(out, attack.name, joined.source, a,
          read_attribute(attack, people, counts, cuts, rows, options.adaptive, seed));
    }
    for (const attack::ListAttack &attack : attackers.joined_lists) {
      if (lists.empty()) break;
      add(out, attack.name, joined.source, a,
          read_attribute(attack, people, counts, cuts, lists, options.adaptive, seed));
    }
  }
}

PeopleClasses permuted(PeopleClasses people, std::uint64_t seed) {
  std::vector<std::uint32_t> known;
  std::vector<std::int32_t> classes;
  for (std::size_t i = 0; i < people.of_row.size(); ++i) {
    if (people.of_row[i] < 0) continue;
    known.push_back(static_cast<std::uint32_t>(i));
    classes.push_back(people.of_row[i]);
  }
  Rng(seed, 42).shuffle(classes);
  for (std::size_t i = 0; i < known.size(); ++i) people.of_row[known[i]] = classes[i];
  return people;
}

Matrix with_classes_written(Matrix rows, const PeopleClasses &people, std::uint64_t seed) {
  const std::size_t d = rows.cols;
  std::vector<double> mean(d), deviation(d);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t c = 0; c < d; ++c) mean[c] += static_cast<double>(rows.row(i)[c]);
  }
  for (double &value : mean) value /= static_cast<double>(rows.rows);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t c = 0; c < d; ++c) {
      const double off = static_cast<double>(rows.row(i)[c]) - mean[c];
      deviation[c] += off * off;
    }
  }
  for (double &value : deviation) value = std::sqrt(value / static_cast<double>(rows.rows));
  Rng rng(seed, 43);
  std::vector<double> shift(people.classes() * d);
  for (std::size_t k = 0; k < people.classes(); ++k) {
    double *to = shift.data() + k * d, squares = 0;
    for (std::size_t c = 0; c < d; ++c) {
      to[c] = rng.normal();
      squares += to[c] * to[c];
    }
    for (std::size_t c = 0; c < d; ++c) to[c] *= kPlanted / std::sqrt(squares) * deviation[c];
  }
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (people.of_row[i] < 0) continue;
    const double *by = shift.data() + static_cast<std::size_t>(people.of_row[i]) * d;
    for (std::size_t c = 0; c < d; ++c) rows.row(i)[c] += static_cast<float>(by[c]);
  }
  return rows;
}

// Each class has items that it alone is shown.
Interactions with_classes_listed(const Interactions &lists, const PeopleClasses &people) {
  constexpr std::uint32_t kMarks = 5;
  Interactions out;
  out.n_items = lists.n_items + kMarks * static_cast<std::uint32_t>(people.classes());
  for (std::size_t i = 0; i < lists.n_users(); ++i) {
    const auto row = lists.row(i);
    std::vector<std::uint32_t> list(row.begin(), row.end());
    for (std::uint32_t m = 0; people.of_row[i] >= 0 && m < kMarks; ++m) {
      list.push_back(lists.n_items + static_cast<std::uint32_t>(people.of_row[i]) * kMarks + m);
    }
    out.append(list);
  }
  return out;
}

// People attacked in a split, over those attacked in any.
double distinct_share(const std::vector<AttributeSplit> &splits, std::size_t attribute) {
  std::set<std::uint32_t> all;
  double sum = 0;
  for (const AttributeSplit &split : splits) {
    all.insert(split.attacked[attribute].begin(), split.attacked[attribute].end());
    sum += static_cast<double>(split.attacked[attribute].size());
  }
  return sum / static_cast<double>(splits.size()) / static_cast<double>(all.size());
}

}  // namespace

AttributeAttackers attribute_attackers(const std::vector<std::string> &names,
                                       const std::vector<std::string> &sources, bool xgboost) {
  AttributeAttackers out;
  const bool wanted = xgboost && (names.empty() || contains(names, "xgboost"));
  if (contains(sources, "embedding")) {
    out.rows = named(attack::row_attribute_attacks(wanted), names);
    const bool there = std::any_of(out.rows.begin(), out.rows.end(),
                                   [](const auto &attack) { return attack.name == "xgboost"; });
    if (wanted && !there) out.absent.push_back("xgboost");
  }
  if (contains(sources, "row+history") || contains(sources, "two_versions") ||
      contains(sources, "outside")) {
    out.joined_rows = named(attack::joined_row_attacks(), names);
  }
  if (contains(sources, "history") || contains(sources, "list+history")) {
    out.joined_lists = named(attack::list_attribute_attacks(), names);
  }
  if (contains(sources, "list")) out.lists = named(attack::list_attribute_attacks(), names);
  return out;
}

std::vector<std::string> who_asked_attackers() {
  return {std::begin(kWhoAsked), std::end(kWhoAsked)};
}

AttributeSplit read_split(const AttributeEvidence &evidence,
                          const std::vector<PeopleClasses> &attributes,
                          const AttributeAttackers &attackers, const TrialOptions &options,
                          std::uint64_t seed, const std::function<void()> &step) {
  AttributeSplit out;
  std::vector<const Matrix *> rows;
  for (const Matrix &stage : evidence.rows) rows.push_back(&stage);
  std::vector<const Matrix *> raw(rows.size(), rows.front());
  for (std::size_t s = 0; s < evidence.raw.size(); ++s) {
    if (evidence.raw[s].rows > 0) raw[s] = &evidence.raw[s];
  }
  std::vector<const Interactions *> lists;
  for (const Interactions &stage : evidence.lists) {
    if (stage.n_users() > 0) lists.push_back(&stage);
  }
  for (std::size_t a = 0; a < attributes.size(); ++a) {
    const PeopleClasses &people = attributes[a];
    const ClassCounts counts = count_classes(people, evidence.rows.front().cols);
    const Cuts cuts = make_cuts(people, evidence.requesters, options.folds, seed);
    out.attacked.push_back(attacked_people(cuts));
    for (const attack::RowAttack &attack : attackers.rows) {
      add(out, attack.name, "embedding", a,
          read_attribute(attack, people, counts, cuts, rows, options.adaptive, seed, raw));
      step();
    }
    for (const attack::ListAttack &attack : attackers.lists) {
      if (!lists.empty()) {
        add(out, attack.name, "list", a,
            read_attribute(attack, people, counts, cuts, lists, options.adaptive, seed));
      }
      step();
    }
  }
  for (const JoinedSource &joined : evidence.joined) {
    read_joined(joined, evidence, attributes, attackers, options, seed, out);
    step();
  }
  out.who_asked = read_who_asked(evidence, seed);
  return out;
}

Controls attribute_controls(const AttributeEvidence &evidence,
                            const std::vector<PeopleClasses> &attributes,
                            const AttributeAttackers &attackers, const TrialOptions &options,
                            std::uint64_t seed, double margin) {
  const PeopleClasses &truth = attributes.front();
  const PeopleClasses chance = permuted(truth, seed);
  const Matrix &raw = evidence.rows.front();
  const ClassCounts counts = count_classes(truth, raw.cols);
  Controls out;
  out.positive_auc = 1;
  std::vector<double> p;
  const auto run = [&](const auto &attack, const auto &planted, const auto &as_they_are) {
    const auto read = [&](const PeopleClasses &people, const auto &seen) {
      Cuts cuts = make_cuts(people, evidence.requesters, options.folds, seed);
      cuts.transfer = cuts.adaptive;
      return read_attribute(attack, people, counts, cuts, {&seen}, false, seed).transfer.front();
    };
    out.positive_auc = std::min(out.positive_auc, read(truth, planted).auc);
    const Reading by_chance = read(chance, as_they_are);
    const double beyond = std::abs(by_chance.auc - 0.5);
    if (beyond > std::abs(out.negative_auc - 0.5)) out.negative_auc = by_chance.auc;
    const double error = std::max(by_chance.auc_error, 1e-9);
    p.push_back(beyond > margin ? numerics::auc_p_value(0.5 + beyond - margin, error) / 2 : 1.0);
  };
  if (!attackers.rows.empty()) {
    const Matrix planted = with_classes_written(raw, truth, seed);
    for (const attack::RowAttack &attack : attackers.rows) run(attack, planted, raw);
  } else if (!evidence.lists.empty()) {
    const Interactions &lists = evidence.lists.front();
    const Interactions planted = with_classes_listed(lists, truth);
    for (const attack::ListAttack &attack : attackers.lists) run(attack, planted, lists);
  }
  out.positive_passed = out.positive_auc >= 0.9;
  const std::vector<double> adjusted = numerics::holm(p);
  out.negative_passed =
      std::none_of(adjusted.begin(), adjusted.end(), [](double value) { return value < 0.025; });
  return out;
}

std::vector<StageReport> summarize_stages(const std::vector<AttributeSplit> &splits,
                                          std::size_t stages) {
  std::vector<StageReport> out(stages);
  const AttributeSplit &first = splits.front();
  for (std::size_t stage = 0; stage < stages; ++stage) {
    for (std::size_t l = 0; l < first.keys.size(); ++l) {
      if (first.readings[l].size() <= stage) continue;
      std::vector<Reading> readings;
      for (const AttributeSplit &split : splits) readings.push_back(split.readings[l][stage]);
      out[stage].lines.push_back(
          summarize_line(first.keys[l], readings, distinct_share(splits, first.keys[l].attribute)));
    }
    pool_spread(out[stage].lines);
    for (std::size_t a = 0; stage > 0 && a < first.who_asked.size(); ++a) {
      std::vector<Reading> readings;
      for (const AttributeSplit &split : splits) {
        readings.push_back(split.who_asked[a][stage - 1]);
      }
      // Everybody is told apart in each split, the requesters being others.
      out[stage].who_asked.push_back(
          summarize_line({kWhoAsked[a], "who_asked", "embedding", 0}, readings, 1));
    }
    pool_spread(out[stage].who_asked);
  }
  for (std::size_t stage = 0; stage < stages; ++stage) {
    mark_nothing_to_erase(out[0].lines, out[stage].lines);
  }
  return out;
}

}  // namespace recveil::audit
