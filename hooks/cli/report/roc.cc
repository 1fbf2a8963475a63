#include "report/roc.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "report/words.h"

namespace recveil::cli {
namespace {

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

std::string curve(const Roc &roc) {
  std::string points;
  for (const auto &[fpr, tpr] : roc.curve) {
    if (fpr >= 1e-3) points += fmt::format("{:.1f},{:.1f} ", x_of(fpr), y_of(tpr));
  }
  return "<polyline class=\"curve\" points=\"" + points + "\"/>";
}

std::string audited_points(const Roc &roc) {
  std::string out;
  for (const Roc::Audited &at : roc.audited) {
    const double x = x_of(at.fpr);
    out += line("whisker", x, y_of(at.lo), x, y_of(at.hi));
    out += fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="4"/>)",
                       at.sure ? "point" : "point unsure", x, y_of(at.value));
  }
  return out;
}

std::string in_words(const Roc &roc) {
  std::string out;
  for (const Roc::Audited &at : roc.audited) {
    out += fmt::format("At {:g} % of non-members taken for members it finds {} of members{}. ",
                       100 * at.fpr, percent(at.value),
                       at.sure ? "" : ", from too few people to be sure");
  }
  return out + "Guessing finds as many members as it takes non-members for members.";
}

std::string panel(const Roc &roc, std::size_t index) {
  return fmt::format(
      "<figure>\n<figcaption><h3>{1}</h3></figcaption>\n"
      R"(<svg class="roc" viewBox="0 0 284 262" role="img" )"
      R"(aria-labelledby="roc{0}-title roc{0}-words">)"
      R"(<title id="roc{0}-title">ROC of {1}, both axes logarithmic from 0.1 % to 100 %</title>)"
      R"(<desc id="roc{0}-words">{2}</desc>{3}{4}{5}</svg>)"
      "\n</figure>\n",
      index, escape(roc.attacker), in_words(roc), axes(), curve(roc), audited_points(roc));
}

}  // namespace

std::string roc_panels(const std::vector<Roc> &rocs) {
  if (rocs.empty()) return "";
  std::string out =
      "<p>How many of the members an attacker finds, for each share of non-members that it wrongly "
      "takes for members. What lies above the dashes of guessing leaks. The left end matters most: "
      "there an attacker is almost never wrong. Dots are audited rates with their 95&nbsp;% "
      "intervals, hollow where there are too few people.</p>\n<div class=\"panels\">\n";
  for (std::size_t i = 0; i < rocs.size(); ++i) out += panel(rocs[i], i);
  return out + "</div>\n";
}

}  // namespace recveil::cli
