#include "audit/attribute_summary.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>

#include "core/hypotenuse.h"
#include "numerics/equivalence.h"

namespace recveil::audit {
namespace {

constexpr double kAlpha = 0.05;

double z(double p) {
  return boost::math::quantile(boost::math::normal(), p);
}
double upper_tail(double t) {
  return boost::math::cdf(boost::math::complement(boost::math::normal(), t));
}

Estimate around(double value, double half) {
  return {value, std::max(0.0, value - half), std::min(1.0, value + half)};
}

// The mean, in the wider of Student's interval over the values and value -+ 1.96 `within`.
Estimate over_splits(const std::vector<double> &values, double within) {
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double half = z(1 - kAlpha / 2) * within;
  if (values.size() > 1) {
    const Estimate spread = numerics::split_mean(values, kAlpha);
    half = std::max(half, (spread.hi - spread.lo) / 2);
  }
  return around(mean, half);
}

double within_splits(const std::vector<Reading> &readings, double Reading::*error,
                     double distinct) {
  double squares = 0;
  for (const Reading &reading : readings) squares += reading.*error * (reading.*error);
  return std::sqrt(squares / static_cast<double>(readings.size()) * distinct);
}

// The root of the sum of the squares of people's means over the splits; nothing without people.
std::optional<double> over_people(const std::vector<Reading> &readings) {
  const std::size_t people = readings.front().of_person.size();
  if (people == 0) return std::nullopt;
  double squares = 0;
  for (std::size_t i = 0; i < people; ++i) {
    double sum = 0;
    for (const Reading &reading : readings) sum += reading.of_person[i];
    squares += sum * sum;
  }
  return std::sqrt(squares) / static_cast<double>(readings.size());
}

bool same_cell(const AttributeLine &a, const AttributeLine &b) {
  return std::tie(a.attribute, a.protocol, a.source) == std::tie(b.attribute, b.protocol, b.source);
}

double distance(const AttributeLine &line) {
  return std::abs(line.auc.value - 0.5);
}

// One-sided p value of "at most `limit`", for a number with this standard error.
double p_above(double value, double limit, double standard_error) {
  if (standard_error > 0) return upper_tail((value - limit) / standard_error);
  return value > limit ? 0 : 1;
}

}  // namespace

AttributeLine summarize_line(LineKey key, const std::vector<Reading> &readings, double distinct) {
  AttributeLine out;
  static_cast<LineKey &>(out) = std::move(key);
  std::vector<double> accuracy;
  out.class_auc.assign(readings.front().class_auc.size(), 0);
  for (const Reading &reading : readings) {
    out.split_auc.push_back(reading.auc);
    accuracy.push_back(reading.balanced_accuracy);
    for (std::size_t k = 0; k < out.class_auc.size(); ++k) {
      out.class_auc[k] += reading.class_auc[k] / static_cast<double>(readings.size());
    }
  }
  out.history_auc.assign(readings.front().history_auc.size(), 0);
  for (std::size_t h = 0; h < out.history_auc.size(); ++h) {
    for (const Reading &reading : readings) {
      out.history_auc[h] += reading.history_auc[h] / static_cast<double>(readings.size());
    }
  }
  out.standard_error =
      over_people(readings).value_or(within_splits(readings, &Reading::auc_error, distinct));
  out.auc = over_splits(out.split_auc, out.standard_error);
  out.balanced_accuracy =
      over_splits(accuracy, within_splits(readings, &Reading::balanced_accuracy_error, distinct));
  return out;
}

void pool_spread(std::vector<AttributeLine> &lines) {
  std::vector<double> pooled(lines.size());
  for (std::size_t l = 0; l < lines.size(); ++l) {
    double squares = 0, count = 0;
    for (const AttributeLine &other : lines) {
      if (!same_cell(lines[l], other) || other.split_auc.size() < 2) continue;
      for (const double auc : other.split_auc) {
        squares += (auc - other.auc.value) * (auc - other.auc.value);
      }
      count += static_cast<double>(other.split_auc.size() - 1);
    }
    if (count > 0) {
      pooled[l] = std::sqrt(squares / count / static_cast<double>(lines[l].split_auc.size()));
    }
  }
  for (std::size_t l = 0; l < lines.size(); ++l) {
    lines[l].standard_error = std::max(lines[l].standard_error, pooled[l]);
  }
}

void mark_nothing_to_erase(std::vector<AttributeLine> &raw, std::vector<AttributeLine> &after) {
  const std::vector<AttributeLine> lines = raw;
  const auto mark = [&](AttributeLine &line) {
    std::vector<double> p;
    for (const AttributeLine &other : lines) {
      if (same_cell(line, other)) p.push_back(p_above(other.auc.value, 0.5, other.standard_error));
    }
    const std::vector<double> adjusted = numerics::holm(p);
    line.nothing_to_erase = std::none_of(adjusted.begin(), adjusted.end(),
                                         [](double value) { return value <= kAlpha; });
  };
  std::for_each(raw.begin(), raw.end(), mark);
  std::for_each(after.begin(), after.end(), mark);
}

std::vector<AttributeGain> gains_of(const std::vector<AttributeLine> &before,
                                    const std::vector<AttributeLine> &after) {
  std::vector<AttributeGain> out;
  const auto worst = [](const std::vector<AttributeLine> &lines, const std::string &source,
                        std::size_t attribute) {
    const AttributeLine *found = nullptr;
    for (const AttributeLine &line : lines) {
      if (line.source != source || line.attribute != attribute) continue;
      if (found == nullptr || distance(line) > distance(*found)) found = &line;
    }
    return found;
  };
  for (const AttributeLine &line : after) {
    if (line.source == "embedding" || line.source == "list") continue;
    const AttributeLine *raw = worst(before, line.source, line.attribute);
    const AttributeLine *now = worst(after, line.source, line.attribute);
    if (raw == nullptr) continue;
    const double gain = distance(*now) - distance(*raw);
    const double half = z(1 - kAlpha / 2) * hypotenuse(raw->standard_error, now->standard_error);
    const AttributeGain found{line.source, *raw, *now, {gain, gain - half, gain + half}};
    const auto same = std::find_if(out.begin(), out.end(), [&](const AttributeGain &other) {
      return other.source == line.source;
    });
    if (same == out.end()) {
      out.push_back(found);
    } else if (found.gain.value > same->gain.value) {
      *same = found;
    }
  }
  return out;
}

AttributeJudgement judge_lines(const std::vector<AttributeLine> &lines, const std::string &source,
                               const Controls &controls, bool certifiable, double margin) {
  std::vector<std::size_t> places;
  std::vector<double> leak_p, equal_p;
  for (std::size_t l = 0; l < lines.size(); ++l) {
    const AttributeLine &line = lines[l];
    if (line.source != source) continue;
    places.push_back(l);
    leak_p.push_back(p_above(distance(line), margin, line.standard_error));
    equal_p.push_back(numerics::equivalence_p_value(line.auc.value, line.standard_error, margin));
  }
  AttributeJudgement out;
  out.worst = *std::max_element(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return distance(lines[a]) < distance(lines[b]);
  });
  const std::vector<double> leaks = numerics::holm(leak_p), equal = numerics::holm(equal_p);
  out.equivalence_p = *std::max_element(equal.begin(), equal.end());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (leaks[i] < kAlpha / 2) {
      out.beyond.push_back(places[i]);
    } else if (equal[i] > kAlpha) {
      out.open.push_back(places[i]);
    }
  }
  const AttributeLine &worst = lines[out.worst];
  out.auc = around(worst.auc.value,
                   z(1 - kAlpha / 2 / static_cast<double>(places.size())) * worst.standard_error);
  if (!controls.negative_passed) {
    out.verdict = Verdict::inconclusive;
  } else if (!out.beyond.empty()) {
    out.verdict = Verdict::leak;
  } else if (out.open.empty() && controls.positive_passed && certifiable) {
    out.verdict = Verdict::no_leak_found;
  }
  return out;
}

}  // namespace recveil::audit
