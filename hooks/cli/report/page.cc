#include <fmt/core.h>

#include "report/roc.h"
#include "report/style.h"
#include "report/words.h"
#include "report/writers.h"

namespace recveil::cli {
namespace {

constexpr const char *kStyles[] = {"", "clear", "unsettled", "leak"};  // as Tone

const char *style_of(Tone tone) {
  return kStyles[static_cast<std::size_t>(tone)];
}

std::string paragraph(const std::string &text) {
  return "<p>" + escape(text) + "</p>\n";
}

std::string list(const std::vector<std::string> &texts) {
  std::string out = "<ul>\n";
  for (const std::string &text : texts) out += "<li>" + escape(text) + "</li>\n";
  return out + "</ul>\n";
}

// A region under a heading that names it; none without a body.
std::string section(const std::string &id, const std::string &title, const std::string &body,
                    const std::string &style = "") {
  if (body.empty()) return "";
  return fmt::format(
      "<section{2} aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{3}</section>\n", id, title,
      style.empty() ? "" : " class=\"" + style + "\"", body);
}

std::string list_section(const std::string &id, const std::string &title,
                         const std::vector<std::string> &texts, const std::string &style = "") {
  return texts.empty() ? "" : section(id, title, list(texts), style);
}

std::string cell_markup(const Cell &cell) {
  std::string out = escape(cell.text);
  if (cell.tone != Tone::plain) {
    out = fmt::format("<span class=\"word {}\">{}</span>", style_of(cell.tone), out);
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
  // A shape of its own for each, for those who do not tell the colours.
  const char *sign =
      R"(<rect x="1" y="1" width="22" height="22" rx="3"/><path d="M8.5 9.5a3.5 3.5 )"
      R"(0 1 1 4.6 3.2q-1.1.5-1.1 2M12 17v2.5"/>)";
  if (view.verdict == Tone::leak) {
    sign = R"(<path style="fill:currentColor;stroke:none" d="M12 1 23.5 22H.5z"/>)"
           R"(<path d="M12 8v7M12 17v3"/>)";
  } else if (view.verdict == Tone::clear) {
    sign = R"(<circle cx="12" cy="12" r="11"/><path d="m6.5 12.5 4 4 7-8"/>)";
  }
  std::string body;
  for (const std::string &text : view.says) body += paragraph(text);
  body += "<h3>What this does not say</h3>\n" + paragraph(view.not_says);
  const std::string title = fmt::format(
      "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">{}</svg>{}", sign, escape(view.title));
  return section("verdict", title, body, std::string("verdict ") + style_of(view.verdict));
}

std::string head(const ReportView &view) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      // Whatever a report holds, nothing of it runs or is fetched.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n";
  out += "<title>" + escape(view.title) + ": Recveil audit</title>\n<style>" + kReportStyle +
         "</style>\n</head>\n<body>\n<header>\n<h1>" + escape(view.question) + "</h1>\n";
  return out + "<p class=\"quiet\">" + escape(view.audited) + "</p>\n</header>\n<main>\n";
}

std::string run_list(const ReportView &view) {
  std::string out = "<dl>\n";
  for (const auto &[name, value] : view.run) {
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value));
  }
  return out + "</dl>\n";
}

}  // namespace

std::string html_report(const ReportView &view) {
  std::string out = head(view) + verdict_section(view) +
                    list_section("warnings", "Read with care", view.warnings, "warnings");
  for (const Table &table : view.tables) {
    out += section(table.id, escape(table.title), table_markup(table));
    if (&table == &view.tables.front()) {
      out += section("roc", "Members found and mistakes made (ROC)", roc_panels(view.rocs));
    }
  }
  out += list_section("notes", "Notes", view.notes);
  out += list_section("cannot", "What this audit cannot see", view.blind_spots);
  out += section("run", "How it was run", run_list(view));
  return out +
         "</main>\n<footer>\n<p>Attacks and measures: see docs/audit.md of Recveil. The numbers "
         "are those of the JSON report (schema recveil.audit/1).</p>\n</footer>\n</body>\n"
         "</html>\n";
}

}  // namespace recveil::cli
