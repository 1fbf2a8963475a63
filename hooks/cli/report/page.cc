#include <fmt/core.h>

#include "report/report.h"
#include "report/words.h"

namespace recveil::cli {
namespace {

// Light, dark (by the reader's preference), narrow and print. Text has at least 4.5:1 contrast in
// both; tests/integration/test_reports.py measures it.
const char *const kReportStyle = R"css(
:root {
  color-scheme: light dark; --page: #ffffff; --card: #f4f6f8; --line: #c9d1d9; --text: #1b1f24;
  --quiet: #515a64; --leak: #b3261e; --clear: #1a6b35; --unsettled: #7a5200;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1d2226; --line: #3d454d; --text: #e6e8ea; --quiet: #abb4bd;
    --leak: #ff9a91; --clear: #7fd99a; --unsettled: #f0c060;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text); overflow-wrap: break-word;
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
header, main, footer { max-width: 66rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 0; }
p, ul, dl { margin: .5rem 0; max-width: 44rem; }
ul { padding-left: 1.25rem; }
footer, .quiet, caption { color: var(--quiet); }
.leak { color: var(--leak); } .clear { color: var(--clear); } .unsettled { color: var(--unsettled); }
.word { font-weight: 600; white-space: nowrap; }
.verdict { background: var(--card); border-left: .5rem solid; padding: 1rem 1.25rem; }
.verdict h2 { margin: 0; font-size: 1.6rem; display: flex; gap: .6rem; align-items: center; }
.verdict h2 svg { flex: none; width: 1.9rem; height: 1.9rem; fill: currentColor; }
.verdict h2 svg path { fill: none; stroke: var(--card); stroke-width: 3; }
.verdict > :not(h2) { color: var(--text); }
.warnings { border: 2px solid var(--unsettled); padding: 0 1.25rem; margin-top: 1rem; }
.warnings h2 { margin-top: .5rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; }
tbody th, td { border-top: 1px solid var(--line); }
td { font-variant-numeric: tabular-nums; }
td small { display: block; color: var(--quiet); font-size: .8125rem; white-space: nowrap; }
td small + small { white-space: normal; }
dl { display: grid; grid-template-columns: fit-content(45%) 1fr; gap: .3rem 1rem; max-width: none; }
dt { color: var(--quiet); } dd { margin: 0; }
header p, li, dd { overflow-wrap: anywhere; }
@media screen and (max-width: 58rem) {
  /* Each row of a table becomes a card; roles in the markup keep it a table to a screen reader. */
  .wide, .wide tr, .wide th, .wide td, .wide caption { display: block; }
  .wide tbody { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); }
  .wide thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .wide tr { background: var(--card); padding: .75rem; }
  .wide tbody th, .wide td { border: 0; padding: .2rem 0; }
  .wide td { display: grid; grid-template-columns: 9rem 1fr; }
  .wide td::before { content: attr(data-column); color: var(--quiet); grid-row: span 3; }
}
@media print {
  body { font-size: 10.5pt; } .wide { font-size: 8.5pt; }
  .wide small { font-size: 7.5pt; white-space: normal; }
  h2, h3, caption { break-after: avoid; } tr, li, .verdict { break-inside: avoid; }
}
)css";

// By Tone; a shape of its own for each verdict, for those who do not tell the colours.
struct Look {
  const char *style, *sign;
};
constexpr Look kLooks[] = {
    {"", ""},
    {"clear", R"(<circle cx="12" cy="12" r="11"/><path d="m6.5 12.5 4 4 7-8"/>)"},
    {"unsettled", R"(<rect x="1" y="1" width="22" height="22" rx="3"/>)"
                  R"(<path d="M8.5 9.5a3.5 3.5 0 1 1 4.6 3.2q-1.1.5-1.1 2M12 17v2.5"/>)"},
    {"leak", R"(<path style="fill:currentColor;stroke:none" d="M12 1 23.5 22H.5z"/>)"
             R"(<path d="M12 8v7M12 17v3"/>)"}};

const Look &look_of(Tone tone) {
  return kLooks[static_cast<std::size_t>(tone)];
}

std::string paragraph(const std::string &text) {
  return "<p>" + escape(text) + "</p>\n";
}

// A region under a heading that names it.
std::string section(const std::string &id, const std::string &title, const std::string &body,
                    const std::string &style = "") {
  return fmt::format(
      "<section class=\"{2}\" aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{3}</section>\n",
      id, title, style, body);
}

std::string list_section(const std::string &id, const std::string &title,
                         const std::vector<std::string> &texts) {
  if (texts.empty()) return "";
  std::string out = "<ul>\n";
  for (const std::string &text : texts) out += "<li>" + escape(text) + "</li>\n";
  return section(id, title, out + "</ul>\n", id);
}

std::string cell_markup(const Cell &cell) {
  std::string out = escape(cell.text);
  if (cell.tone != Tone::plain) {
    out = fmt::format("<span class=\"word {}\">{}</span>", look_of(cell.tone).style, out);
  }
  // One remark a line.
  for (std::size_t begin = 0; begin < cell.detail.size();) {
    const std::size_t end = std::min(cell.detail.find("; ", begin), cell.detail.size());
    out += "<small>" + escape(cell.detail.substr(begin, end - begin)) + "</small>";
    begin = end + 2;
  }
  return out;
}

std::string table_markup(const Table &table) {
  // Roles, because the narrow layout takes them from the elements.
  std::string out = "<table class=\"wide\" role=\"table\">\n<caption>" + escape(table.caption) +
                    "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">";
  for (const std::string &column : table.columns) {
    out += fmt::format("<th role=\"columnheader\" scope=\"col\">{}</th>", escape(column));
  }
  out += "</tr></thead>\n<tbody role=\"rowgroup\">\n";
  for (const Row &row : table.rows) {
    out += "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">" + cell_markup(row.cells[0]) +
           "</th>";
    for (std::size_t c = 1; c < row.cells.size(); ++c) {
      out += fmt::format("<td role=\"cell\" data-column=\"{}\">{}</td>", escape(table.columns[c]),
                         cell_markup(row.cells[c]));
    }
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

std::string verdict_section(const ReportView &view) {
  std::string body;
  for (const std::string &text : view.says) body += paragraph(text);
  body += "<h3>What this does not say</h3>\n" + paragraph(view.not_says);
  const Look &look = look_of(view.verdict);
  const std::string title = fmt::format(
      "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">{}</svg>{}", look.sign, escape(view.title));
  return section("verdict", title, body, std::string("verdict ") + look.style);
}

// Whatever a report holds, nothing of it runs or is fetched: the policy says so.
constexpr const char *kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{}: Recveil audit</title>
<style>{}</style>
</head>
<body>
<header>
<h1>{}</h1>
<p class="quiet">{}</p>
</header>
<main>
)";

}  // namespace

std::string html_report(const ReportView &view) {
  std::string out = fmt::format(kHead, escape(view.title), kReportStyle, escape(view.question),
                                escape(view.audited));
  out += verdict_section(view) + list_section("warnings", "Read with care", view.warnings);
  for (const Table &table : view.tables) {
    out += section(table.id, escape(table.title), table_markup(table));
  }
  out += list_section("notes", "Notes", view.notes);
  out += list_section("cannot", "What this audit cannot see", view.blind_spots);
  std::string run = "<dl>\n";
  for (const auto &[name, value] : view.run) {
    run += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value));
  }
  return out + section("run", "How it was run", run + "</dl>\n") +
         "</main>\n<footer>\n<p>Attacks and measures: see docs/audit.md of "
         "Recveil.</p>\n</footer>\n"
         "</body>\n</html>\n";
}

}  // namespace recveil::cli
