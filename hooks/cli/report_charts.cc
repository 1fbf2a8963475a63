#include "report_charts.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "report_text.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// Of the plot, in the units of its viewBox (0 0 284 262).
constexpr double kLeft = 54, kTop = 10, kSide = 212;

// A rate on a log axis of three decades; what is below .001 lies on the edge.
double along(double rate) {
  return (std::log10(std::clamp(rate, 1e-3, 1.0)) + 3) / 3;
}
double x_of(double fpr) {
  return kLeft + kSide * along(fpr);
}
double y_of(double tpr) {
  return kTop + kSide * (1 - along(tpr));
}

std::string line(const char *style, double x1, double y1, double x2, double y2) {
  return fmt::format(R"(<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", style,
                     x1, y1, x2, y2);
}

std::string axes() {
  std::string out;
  for (const double rate : {0.001, 0.01, 0.1, 1.0}) {
    const std::string label = fmt::format("{:g}\u00A0%", 100 * rate);
    out += line("grid", x_of(rate), kTop, x_of(rate), kTop + kSide);
    out += line("grid", kLeft, y_of(rate), kLeft + kSide, y_of(rate));
    out += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)", x_of(rate),
                       kTop + kSide + 16, label);
    out += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)", kLeft - 6,
                       y_of(rate) + 4, label);
  }
  out += line("guess", x_of(1e-3), y_of(1e-3), x_of(1), y_of(1));
  out += fmt::format(R"(<text x="{:.1f}" y="{:.1f}">guessing</text>)", x_of(0.13), y_of(0.035));
  out += fmt::format(
      R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">non-members taken for members</text>)",
      kLeft + kSide / 2, kTop + kSide + 34);
  out += fmt::format(
      R"svg(<text text-anchor="middle" transform="translate(11 {:.1f}) rotate(-90)">)svg"
      "members found</text>",
      kTop + kSide / 2);
  return out;
}

// Its stroke is that of the place it is drawn or used in.
std::string curve(const Json &attacker, std::size_t index) {
  std::string points;
  for (const Json &at : attacker.value("roc", Json::array())) {
    const double fpr = at.at(0), tpr = at.at(1);
    if (fpr >= 1e-3) points += fmt::format("{:.1f},{:.1f} ", x_of(fpr), y_of(tpr));
  }
  return fmt::format(R"(<polyline id="curve{}" points="{}"/>)", index, points);
}

std::string audited_points(const Json &attacker) {
  std::string out;
  for (const Json &at : attacker.at("tpr")) {
    const double x = x_of(at.at("fpr"));
    out += line("whisker", x, y_of(at.at("lo")), x, y_of(at.at("hi")));
    out += fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="4"/>)",
                       at.at("status") == "ok" ? "point" : "point unsure", x, y_of(at.at("value")));
  }
  return out;
}

std::string in_words(const Json &attacker) {
  std::string out;
  for (const Json &at : attacker.at("tpr")) {
    out += fmt::format("At {:g} % of non-members taken for members it finds {} of members{}. ",
                       100 * at.at("fpr").get<double>(), percent(at.at("value")),
                       at.at("status") == "ok" ? "" : ", from too few people to be sure");
  }
  return out + "Guessing finds as many members as it takes non-members for members.";
}

}  // namespace

std::string roc_chart(const Json &report, std::size_t index) {
  const Json &attackers = report.at("attackers"), &attacker = attackers.at(index);
  std::string others;
  for (std::size_t i = 0; i < attackers.size(); ++i) {
    if (i != index) others += fmt::format(R"(<use href="#curve{}"/>)", i);
  }
  return fmt::format(
      R"(<svg class="roc" viewBox="0 0 284 262" role="img" )"
      R"(aria-labelledby="roc{0}-title roc{0}-words">)"
      R"(<title id="roc{0}-title">ROC of {1}, both axes logarithmic from 0.1 % to 100 %</title>)"
      R"(<desc id="roc{0}-words">{2}</desc>{3}<g class="other">{4}</g>)"
      R"(<g class="curve">{5}</g>{6}</svg>)",
      index, escape(words(attacker.at("attacker"))), in_words(attacker), axes(), others,
      curve(attacker, index), audited_points(attacker));
}

std::string auc_strip(const Json &auc, double margin) {
  const double value = auc.at("value"), lo = auc.at("lo"), hi = auc.at("hi");
  // Stretched to the width at hand, so strokes keep their width and nothing in it is round.
  std::string out = fmt::format(
      R"(<svg class="strip" viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" )"
      R"(aria-label="AUC {}, 95 % interval {}, on a scale from 0 to 1">)",
      decimal(value), range_text(auc));
  out += fmt::format(R"(<rect class="band" x="{:.1f}" y="0" width="{:.1f}" height="24"/>)",
                     1000 * (0.5 - margin), 2000 * margin);
  out += line("axis", 0, 12, 1000, 12) + line("guess", 500, 0, 500, 24);
  // An interval too narrow to be seen is drawn a little wider than it is.
  const double from = std::min(1000 * lo, 1000 * value - 2),
               to = std::max(1000 * hi, 1000 * value + 2);
  out += fmt::format(R"(<rect class="interval" x="{:.1f}" y="8" width="{:.1f}" height="8"/>)", from,
                     to - from);
  return out + line("value", 1000 * value, 3, 1000 * value, 21) + "</svg>";
}

std::string share_bar(double share) {
  return fmt::format(
      R"(<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">)"
      R"(<rect class="track" width="100" height="6"/>)"
      R"(<rect class="share" width="{:.1f}" height="6"/></svg>)",
      100 * share);
}

}  // namespace recveil::cli
