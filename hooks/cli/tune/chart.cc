#include "tune/chart.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/words.h"
#include "terminal.h"
#include "tune/config.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

// In the units of the viewBox.
constexpr double kWidth = 680, kLeft = 64, kRight = 656, kPanel = 230;
constexpr std::array<double, 2> kTops{60, 346};  // of NDCG@10 and HR@10
constexpr double kLegend = 636, kHeight = 742;
constexpr double kLeast = 0.005;  // excess over .5 at the left end of the axis

const char *const kStyle = R"css(
svg {
  color-scheme: light dark;
  --page: #ffffff; --line: #c9d1d9; --text: #1b1f24; --quiet: #515a64; --mark: #0b57a4;
  --band: #eef1f5; --over: #8a4b08; --clear: #1a6b35;
}
@media (prefers-color-scheme: dark) {
  svg {
    --page: #14171a; --line: #3d454d; --text: #e6e8ea; --quiet: #abb4bd; --mark: #7ab8ff;
    --band: #22282e; --over: #f0b070; --clear: #7fd99a;
  }
}
text { fill: var(--quiet); font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.title { fill: var(--text); font-size: 16px; font-weight: 600; }
.page { fill: var(--page); } .band { fill: var(--band); }
.grid { stroke: var(--line); }
.ceiling { stroke: var(--over); stroke-width: 2; stroke-dasharray: 6 4; }
.ceiling-word { fill: var(--over); }
.mark { stroke: var(--quiet); stroke-width: 1.5; vector-effect: non-scaling-stroke; fill: var(--quiet); }
.cross_fit { stroke: var(--mark); fill: var(--mark); }
.hollow { fill: none; }
.tie { stroke: var(--quiet); stroke-width: 1; opacity: .5; }
.chosen { fill: none; stroke: var(--clear); stroke-width: 3; }
.chosen-word {
  fill: var(--clear); font-weight: 600; stroke: var(--page); stroke-width: 4; paint-order: stroke;
}
)css";

double x_of(double upper_bound) {
  const double excess = std::clamp(upper_bound - 0.5, kLeast, 0.5);
  return kLeft + (kRight - kLeft) * std::log(excess / kLeast) / std::log(0.5 / kLeast);
}

struct Panel {
  const char *key, *name;
  double top, most, step;  // the axis goes from 0 to most
  double y(double value) const { return top + kPanel * (1 - value / most); }
};

// An axis whose three to seven steps are 1, 2 or 5 of some power of ten.
Panel panel_of(const Json &audits, const char *key, const char *name, double top) {
  double most = 1e-3;
  for (const Json &audit : audits) {
    for (const Json &value : audit.at("utility").at(key)) most = std::max<double>(most, value);
  }
  const double ten = std::pow(10, std::floor(std::log10(most)));
  const double step = most / ten < 1.5 ? ten / 5 : most / ten < 3.5 ? ten / 2 : ten;
  return {key, name, top, step * std::ceil(1.04 * most / step), step};
}

std::string line(const char *style, double x1, double y1, double x2, double y2) {
  return fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>",
                     style, x1, y1, x2, y2);
}

std::string text(double x, double y, const char *anchor, const std::string &words,
                 const char *style = "") {
  return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                     style, x, y, anchor, escape(words));
}

// A shape for each defence, so that colour is not needed to tell them apart; a hollow one is around
// a filled one in the same place, and both are seen.
std::string mark(const std::string &defense, double x, double y, bool member) {
  const char *shape = "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z";           // cross_fit: a circle
  if (defense == "fold_in") shape = "M-5,-5h10v10h-10z";                 // a square
  if (defense == "none") shape = "M0,-7L6,0L0,7L-6,0z";                  // a diamond
  if (defense == "popularity_randomization") shape = "M0,-6L6,5L-6,5z";  // a triangle
  if (defense == "private") shape = "M-6,-5L6,-5L0,6z";                  // one on its head
  return fmt::format(
      "<path class=\"mark {}{}\" transform=\"translate({:.1f} {:.1f}) scale({})\" d=\"{}\"/>",
      defense, member ? "" : " hollow", x, y, member ? 0.7 : 1.3, shape);
}

std::string in_words(const Json &audit) {
  const Json &ndcg = audit.at("utility").at("ndcg10"), &hits = audit.at("utility").at("hr10");
  return fmt::format(
      "{}: upper bound {}; NDCG@10 {} of members, {} of non-members; HR@10 {} and {}",
      setting_name(audit), rate(audit.at("auc_upper_bound")), rate(ndcg.at("members")),
      rate(ndcg.at("non_members")), rate(hits.at("members")), rate(hits.at("non_members")));
}

std::string axes(const Panel &panel, double ceiling) {
  const double bottom = panel.top + kPanel;
  std::string out = fmt::format(
      "<rect class=\"band\" x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2:.1f}\" height=\"{3:.1f}\"/>\n",
      x_of(ceiling), panel.top, kRight - x_of(ceiling), kPanel);
  for (int i = 0; i * panel.step <= panel.most * 1.0001; ++i) {
    const double y = panel.y(i * panel.step);
    out += line("grid", kLeft, y, kRight, y);
    out += text(kLeft - 8, y + 4, "end", fmt::format("{:.3g}", i * panel.step));
  }
  for (const double at : {.505, .51, .52, .55, .6, .7, .8, 1.0}) {
    out += line("grid", x_of(at), panel.top, x_of(at), bottom);
    out += text(x_of(at), bottom + 18, "middle", fmt::format("{}{:.3g}", at < .51 ? "≤ " : "", at));
  }
  out += text(kLeft, panel.top - 10, "start", panel.name, "title");
  out += line("ceiling", x_of(ceiling), panel.top - 6, x_of(ceiling), bottom);
  return out + text(x_of(ceiling) + 6, panel.top - 10, "start", "ceiling " + rate(ceiling),
                    "ceiling-word");
}

std::string points(const Panel &panel, const Json &audits, const Json &chosen) {
  std::string out, ring;
  for (std::size_t a = 0; a < audits.size(); ++a) {
    const Json &audit = audits.at(a), &pair = audit.at("utility").at(panel.key);
    const double x = x_of(audit.at("auc_upper_bound"));
    const double member = panel.y(pair.at("members")), other = panel.y(pair.at("non_members"));
    const std::string defense = audit.at("defense");
    out += "<g><title>" + escape(in_words(audit)) + "</title>";
    out += line("tie", x, member, x, other) + mark(defense, x, member, true) +
           mark(defense, x, other, false);
    if (!chosen.is_null() && chosen.get<std::size_t>() == a) {
      const double top = std::min(member, other) - 10, bottom = std::max(member, other) + 10;
      ring = fmt::format(
          "<rect class=\"chosen\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"20\" height=\"{:.1f}\" "
          "rx=\"10\"/>",
          x - 10, top, bottom - top);
      ring += text(x, bottom + 16, "middle", "chosen", "chosen-word");
    }
    out += "</g>\n";
  }
  return out + ring;  // over all points
}

std::string legend() {
  std::string out;
  double y = kLegend;
  for (const auto &row :
       {std::array{std::pair{"cross_fit", "cross-fit"}, std::pair{"fold_in", "fold-in, one model"}},
        std::array{std::pair{"popularity_randomization", "popularity randomization"},
                   std::pair{"none", "no defence"}},
        std::array{std::pair{"private", "private, one model"}, std::pair{"", ""}}}) {
    double x = kLeft + 8;
    for (const auto &[defense, name] : row) {
      if (*name == '\0') continue;
      out += mark(defense, x, y, true) + mark(defense, x + 18, y, false);
      out += text(x + 34, y + 5, "start", name);
      x += 300;
    }
    y += 24;
  }
  return out + text(kLeft, y + 8, "start",
                    "Filled: members. Hollow: non-members. Shaded: more than the "
                    "ceiling allows.");
}

std::string description(const Json &report) {
  const Json &audits = report.at("audits"), &chosen = report.at("chosen");
  std::string out = "Ceiling " + rate(report.at("ceiling")) + ". ";
  out += chosen.is_null() ? "No setting was chosen. "
                          : "Chosen: " + setting_name(audits.at(chosen.get<std::size_t>())) + ". ";
  for (const Json &audit : audits) out += in_words(audit) + ". ";
  return out;
}

}  // namespace

std::string tune_chart(const Json &report) {
  const Json &audits = report.at("audits");
  const double ceiling = report.at("ceiling");
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "aria-labelledby=\"title words\">\n"
      "<title id=\"title\">Leakage against utility: {2}, {3}</title>\n<desc "
      "id=\"words\">{4}</desc>\n"
      "<style>{5}</style>\n<rect class=\"page\" width=\"{0}\" height=\"{1}\"/>\n",
      kWidth, kHeight, escape(report.at("data").get<std::string>()),
      escape(audits.at(0).at("recommender").get<std::string>()), escape(description(report)),
      kStyle);
  out += text(kLeft, 24, "start",
              fmt::format("{}, {}, {} splits", report.at("data").get<std::string>(),
                          audits.at(0).at("recommender").get<std::string>(),
                          audits.at(0).at("seeds").get<unsigned>()));
  for (const Panel &panel : {panel_of(audits, "ndcg10", "NDCG@10", kTops[0]),
                             panel_of(audits, "hr10", "HR@10", kTops[1])}) {
    out += axes(panel, ceiling) + points(panel, audits, report.at("chosen"));
  }
  out += text((kLeft + kRight) / 2, kTops[1] + kPanel + 38, "middle",
              "leakage: upper bound of the worst attacker's AUC (.5 is guessing)");
  return out + legend() + "</svg>\n";
}

}  // namespace recveil::cli
