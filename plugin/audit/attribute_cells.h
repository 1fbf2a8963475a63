// Attribute inference on one split: who is attacked by whom, and what each attacker reads there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "attack/attribute.h"
#include "core/interactions.h"
#include "core/matrix.h"

namespace recveil::audit {

// One attribute of the people.
struct PeopleClasses {
  std::string name;
  std::vector<std::string> values;   // of the classes
  std::vector<std::int32_t> of_row;  // -1: not known
  // How long the history is, as a place in kHistoryLengths; empty: not known.
  std::vector<std::uint8_t> history_of_row{};
  std::size_t classes() const { return values.size(); }
};

// A class is certifiable with this many known people a dimension: with fewer the noise of its own
// moments is itself a signal (erasure needs the distribution of each class; docs/erasure.md).
constexpr std::size_t kCertifiableRows = 8;

struct ClassCounts {
  std::vector<std::size_t> people;        // known, of each class
  std::vector<std::uint8_t> certifiable;  // what the macro AUC is over
  bool certified = true;                  // at least two classes are certifiable; else all count
  double majority = 0;                    // share of the largest class
};
ClassCounts count_classes(const PeopleClasses &attribute, std::size_t d);

// Strata of the length of the history that a row was computed from: up to 2, 3 to 5, ...
constexpr std::array<const char *, 4> kHistoryLengths{"1-2", "3-5", "6-19", "20+"};
std::uint8_t history_stratum(std::size_t items) noexcept;

// Rows known to the attacker, and rows under attack.
struct Cut {
  std::vector<std::uint32_t> learnt, attacked;
};

// transfer: learnt are raw rows. adaptive: learnt are rows as erased as the attacked ones.
struct Cuts {
  std::vector<Cut> transfer, adaptive;
  bool everybody = false;  // asked: transfer has the cuts of adaptive
};

// Of one attribute, all people of known class: the requesters are dealt into `folds` parts, each
// class evenly, and each part is attacked by the others (adaptive) and by everybody else who did
// not ask (transfer); where all asked, by the raw rows of the other parts.
Cuts make_cuts(const PeopleClasses &attribute, const std::vector<std::uint8_t> &requesters,
               std::size_t folds, std::uint64_t seed);

// What one attacker read in one split: means over the cuts, with standard errors (DeLong's).
struct Reading {
  double auc = 0.5, auc_error = 0;
  double balanced_accuracy = 0, balanced_accuracy_error = 0;
  std::vector<double> class_auc;  // one-vs-rest, of each class; NaN: nobody attacked
  // Of each of kHistoryLengths; NaN: fewer than 10 of two classes attacked. Empty: not known.
  std::vector<double> history_auc{};
  // What each person adds to auc (ClassAuc::influence), 0 for who is not attacked; auc_error is the
  // root of the sum of their squares. Empty where it is not known.
  std::vector<double> of_person;
};

// One attacker on one attribute: readings[stage], stage 0 is raw, the others one a defence.
struct StageReadings {
  std::vector<Reading> transfer, adaptive;
};

// stages: the people's rows (or lists), raw first. adaptive: whether that protocol runs at all.
// raw: what protocol transfer learns on, of each stage; empty: the first stage.
StageReadings read_attribute(const attack::RowAttack &attack, const PeopleClasses &attribute,
                             const ClassCounts &counts, const Cuts &cuts,
                             const std::vector<const Matrix *> &stages, bool adaptive,
                             std::uint64_t seed, const std::vector<const Matrix *> &raw = {});
StageReadings read_attribute(const attack::ListAttack &attack, const PeopleClasses &attribute,
                             const ClassCounts &counts, const Cuts &cuts,
                             const std::vector<const Interactions *> &stages, bool adaptive,
                             std::uint64_t seed);

// rows of a matrix, in that order.
Matrix select_rows(const Matrix &rows, const std::vector<std::uint32_t> &which);

}  // namespace recveil::audit
