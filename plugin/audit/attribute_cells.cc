#include "audit/attribute_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "core/random.h"
#include "numerics/class_auc.h"

namespace recveil::audit {
namespace {

Interactions select(const Interactions &lists, const std::vector<std::uint32_t> &which) {
  return lists.select(which);
}
Matrix select(const Matrix &rows, const std::vector<std::uint32_t> &which) {
  return select_rows(rows, which);
}

void append(Matrix &to, const Matrix &rows) {
  to.data.insert(to.data.end(), rows.data.begin(), rows.data.end());
  to.rows += rows.rows;
}
void append(Interactions &to, const Interactions &lists) {
  for (std::size_t i = 0; i < lists.n_users(); ++i) to.append(lists.row(i));
}

std::vector<std::int32_t> classes_of(const PeopleClasses &attribute,
                                     const std::vector<std::uint32_t> &which) {
  std::vector<std::int32_t> out;
  out.reserve(which.size());
  for (const std::uint32_t row : which) out.push_back(attribute.of_row[row]);
  return out;
}

// The AUC among the attacked people of one stratum.
double stratum_auc(std::span<const double> scores, const std::vector<std::int32_t> &y,
                   const std::vector<std::uint32_t> &which, const PeopleClasses &attribute,
                   const ClassCounts &counts, std::size_t stratum) {
  constexpr std::size_t kFew = 10;
  const std::size_t classes = counts.people.size();
  std::vector<double> of;
  std::vector<std::int32_t> labels;
  std::vector<std::size_t> n(classes);
  for (std::size_t i = 0; i < which.size(); ++i) {
    if (attribute.history_of_row[which[i]] != stratum) continue;
    ++n[static_cast<std::size_t>(y[i])];
    labels.push_back(y[i]);
    const auto at = scores.subspan(i * classes, classes);
    of.insert(of.end(), at.begin(), at.end());
  }
  std::vector<std::uint8_t> counted(classes);
  for (std::size_t k = 0; k < classes; ++k) {
    counted[k] = counts.certifiable[k] != 0 && n[k] >= kFew ? 1 : 0;
  }
  if (std::count(counted.begin(), counted.end(), std::uint8_t{1}) < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return numerics::class_auc(of, labels, classes, counted).value;
}

Reading read_scores(std::span<const double> scores, const std::vector<std::int32_t> &y,
                    const std::vector<std::uint32_t> &which, const PeopleClasses &attribute,
                    const ClassCounts &counts) {
  const std::size_t people = attribute.of_row.size();
  constexpr double kHalf = 1.959964;
  const std::size_t classes = counts.people.size();
  const auto auc = numerics::class_auc(scores, y, classes, counts.certifiable);
  const auto accuracy = numerics::class_balanced_accuracy(scores, y, classes, counts.certifiable);
  std::vector<double> of_person(people);
  for (std::size_t i = 0; i < auc.influence.size(); ++i) of_person[which[i]] = auc.influence[i];
  std::vector<double> history_auc;
  for (std::size_t h = 0; h < kHistoryLengths.size() && !attribute.history_of_row.empty(); ++h) {
    history_auc.push_back(stratum_auc(scores, y, which, attribute, counts, h));
  }
  return {auc.value,           auc.standard_error,
          accuracy.value,      (accuracy.hi - accuracy.lo) / 2 / kHalf,
          auc.of_class,        std::move(history_auc),
          std::move(of_person)};
}

// The mean of what is known; NaN: nothing is.
double mean_of_known(const std::vector<Reading> &parts, std::size_t at) {
  double sum = 0, n = 0;
  for (const Reading &part : parts) {
    if (std::isnan(part.history_auc[at])) continue;
    sum += part.history_auc[at];
    ++n;
  }
  return sum / n;
}

// Means over cuts of people that are disjoint.
Reading mean(const std::vector<Reading> &parts) {
  const auto n = static_cast<double>(parts.size());
  Reading out;
  out.auc = 0;
  out.class_auc.assign(parts.front().class_auc.size(), 0);
  out.of_person.assign(parts.front().of_person.size(), 0);
  double auc = 0, accuracy = 0;
  for (const Reading &part : parts) {
    out.auc += part.auc / n;
    out.balanced_accuracy += part.balanced_accuracy / n;
    auc += part.auc_error * part.auc_error;
    accuracy += part.balanced_accuracy_error * part.balanced_accuracy_error;
    for (std::size_t k = 0; k < out.class_auc.size(); ++k) {
      out.class_auc[k] += part.class_auc[k] / n;
    }
    for (std::size_t i = 0; i < out.of_person.size(); ++i) {
      out.of_person[i] += part.of_person[i] / n;
    }
  }
  for (std::size_t h = 0; h < parts.front().history_auc.size(); ++h) {
    out.history_auc.push_back(mean_of_known(parts, h));
  }
  out.auc_error = std::sqrt(auc) / n;
  out.balanced_accuracy_error = std::sqrt(accuracy) / n;
  return out;
}

// Learns once on a cut of `learnt` and reads each of the stages.
template <class Rows>
std::vector<Reading> read_cut(const attack::AttributeAttack<Rows> &attack,
                              const PeopleClasses &attribute, const ClassCounts &counts,
                              const Cut &cut, const Rows &learnt,
                              const std::vector<const Rows *> &stages, std::uint64_t seed) {
  const Rows known = select(learnt, cut.learnt);
  const std::vector<std::int32_t> y = classes_of(attribute, cut.learnt),
                                  truth = classes_of(attribute, cut.attacked);
  Rows others = select(*stages.front(), cut.attacked);
  for (std::size_t s = 1; s < stages.size(); ++s) append(others, select(*stages[s], cut.attacked));
  const attack::ClassScores scores = attack.run({known, y, counts.people.size()}, others, seed);
  const std::size_t per_stage = truth.size() * counts.people.size();
  std::vector<Reading> out;
  out.reserve(stages.size());
  for (std::size_t s = 0; s < stages.size(); ++s) {
    out.push_back(read_scores(std::span(scores).subspan(s * per_stage, per_stage), truth,
                              cut.attacked, attribute, counts));
  }
  return out;
}

std::vector<Reading> means(const std::vector<std::vector<Reading>> &by_cut) {
  std::vector<Reading> out;
  for (std::size_t s = 0; s < by_cut.front().size(); ++s) {
    std::vector<Reading> parts;
    for (const auto &cut : by_cut) parts.push_back(cut[s]);
    out.push_back(mean(parts));
  }
  return out;
}

template <class Rows>
StageReadings read(const attack::AttributeAttack<Rows> &attack, const PeopleClasses &attribute,
                   const ClassCounts &counts, const Cuts &cuts,
                   const std::vector<const Rows *> &stages, bool adaptive, std::uint64_t seed,
                   const std::vector<const Rows *> &raw) {
  StageReadings out;
  out.transfer.resize(stages.size());
  std::vector<std::vector<Reading>> by_cut;
  // Stages that are learnt on the same rows are read together.
  std::map<const Rows *, std::vector<std::size_t>> learnt;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    learnt[raw.empty() ? stages.front() : raw[s]].push_back(s);
  }
  for (const auto &[rows, places] : learnt) {
    std::vector<const Rows *> attacked;
    for (const std::size_t s : places) attacked.push_back(stages[s]);
    by_cut.clear();
    for (const Cut &cut : cuts.transfer) {
      by_cut.push_back(read_cut(attack, attribute, counts, cut, *rows, attacked, seed));
    }
    std::vector<Reading> read = means(by_cut);
    for (std::size_t p = 0; p < places.size(); ++p) out.transfer[places[p]] = std::move(read[p]);
  }
  if (!adaptive) return out;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    if (s == 0 && cuts.everybody) {  // raw rows on both sides, as in transfer
      out.adaptive.push_back(out.transfer.front());
      continue;
    }
    by_cut.clear();
    for (const Cut &cut : cuts.adaptive) {
      by_cut.push_back(
          read_cut<Rows>(attack, attribute, counts, cut, *stages[s], {stages[s]}, seed));
    }
    out.adaptive.push_back(means(by_cut).front());
  }
  return out;
}

}  // namespace

std::uint8_t history_stratum(std::size_t items) noexcept {
  return items <= 2 ? 0 : items <= 5 ? 1 : items <= 19 ? 2 : 3;
}

Matrix select_rows(const Matrix &rows, const std::vector<std::uint32_t> &which) {
  Matrix out{which.size(), rows.cols, {}};
  out.data.reserve(which.size() * rows.cols);
  for (const std::uint32_t row : which) {
    out.data.insert(out.data.end(), rows.row(row), rows.row(row) + rows.cols);
  }
  return out;
}

ClassCounts count_classes(const PeopleClasses &attribute, std::size_t d) {
  ClassCounts out;
  out.people.assign(attribute.classes(), 0);
  std::size_t known = 0, most = 0, enough = 0;
  for (const std::int32_t k : attribute.of_row) {
    if (k < 0) continue;
    ++known;
    most = std::max(most, ++out.people[static_cast<std::size_t>(k)]);
  }
  for (const std::size_t n : out.people) {
    out.certifiable.push_back(n >= kCertifiableRows * d ? 1 : 0);
    enough += out.certifiable.back();
  }
  out.certified = enough >= 2;
  if (!out.certified) out.certifiable.assign(out.people.size(), 1);
  out.majority = known > 0 ? static_cast<double>(most) / static_cast<double>(known) : 0;
  return out;
}

Cuts make_cuts(const PeopleClasses &attribute, const std::vector<std::uint8_t> &requesters,
               std::size_t folds, std::uint64_t seed) {
  std::vector<std::vector<std::uint32_t>> by_class(attribute.classes());
  std::vector<std::uint32_t> others;
  for (std::size_t i = 0; i < attribute.of_row.size(); ++i) {
    const auto row = static_cast<std::uint32_t>(i);
    if (attribute.of_row[i] < 0) continue;
    if (requesters[i] == 0) {
      others.push_back(row);
    } else {
      by_class[static_cast<std::size_t>(attribute.of_row[i])].push_back(row);
    }
  }
  Rng rng(seed, 41);
  std::vector<std::vector<std::uint32_t>> parts(folds);
  std::size_t next = 0;
  for (auto &people : by_class) {
    rng.shuffle(people);
    for (const std::uint32_t row : people) parts[next++ % folds].push_back(row);
  }
  for (auto &part : parts) std::sort(part.begin(), part.end());
  Cuts out;
  for (std::size_t p = 0; p < folds; ++p) {
    Cut cut{{}, parts[p]};
    for (std::size_t q = 0; q < folds; ++q) {
      if (q != p) cut.learnt.insert(cut.learnt.end(), parts[q].begin(), parts[q].end());
    }
    std::sort(cut.learnt.begin(), cut.learnt.end());
    out.adaptive.push_back(std::move(cut));
  }
  if (others.empty()) {
    out.transfer = out.adaptive;
    out.everybody = true;
  } else {
    Cut cut{std::move(others), {}};
    for (const auto &part : parts)
      cut.attacked.insert(cut.attacked.end(), part.begin(), part.end());
    std::sort(cut.attacked.begin(), cut.attacked.end());
    out.transfer.push_back(std::move(cut));
  }
  return out;
}

StageReadings read_attribute(const attack::RowAttack &attack, const PeopleClasses &attribute,
                             const ClassCounts &counts, const Cuts &cuts,
                             const std::vector<const Matrix *> &stages, bool adaptive,
                             std::uint64_t seed, const std::vector<const Matrix *> &raw) {
  return read(attack, attribute, counts, cuts, stages, adaptive, seed, raw);
}

StageReadings read_attribute(const attack::ListAttack &attack, const PeopleClasses &attribute,
                             const ClassCounts &counts, const Cuts &cuts,
                             const std::vector<const Interactions *> &stages, bool adaptive,
                             std::uint64_t seed) {
  return read(attack, attribute, counts, cuts, stages, adaptive, seed, {});
}

}  // namespace recveil::audit
