#include "report_page.h"

#include <fmt/core.h>

#include "report_style.h"
#include "report_text.h"

namespace recveil::cli {

std::string paragraph(const std::string &text) {
  return "<p>" + escape(text) + "</p>\n";
}

std::string list(const std::vector<std::string> &texts) {
  std::string out = "<ul>\n";
  for (const std::string &text : texts) out += "<li>" + escape(text) + "</li>\n";
  return out + "</ul>\n";
}

// A region under a heading that names it.
std::string table(const std::string &caption, const std::vector<std::string> &columns,
                  const std::vector<Cells> &rows) {
  // Roles, because the narrow layout takes them from the elements.
  std::string out = "<table class=\"wide\" role=\"table\">\n<caption>" + escape(caption) +
                    "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">";
  for (const std::string &column : columns) {
    out += fmt::format("<th role=\"columnheader\" scope=\"col\">{}</th>", escape(column));
  }
  out += "</tr></thead>\n<tbody role=\"rowgroup\">\n";
  for (const Cells &row : rows) {
    out += "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">" + row[0] + "</th>";
    for (std::size_t c = 1; c < row.size(); ++c) {
      out +=
          fmt::format("<td role=\"cell\" data-column=\"{}\">{}</td>", escape(columns[c]), row[c]);
    }
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

std::string section(const std::string &id, const std::string &title, const std::string &body) {
  return fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{2}</section>\n",
                     id, title, body);
}

std::string verdict_section(const std::string &verdict, const VerdictWords &told) {
  // A shape of its own for each, for who does not tell the colours.
  const char *style = "unsettled";
  const char *sign =
      R"(<rect x="1" y="1" width="22" height="22" rx="3"/><path d="M8.5 9.5a3.5 3.5 )"
      R"(0 1 1 4.6 3.2q-1.1.5-1.1 2M12 17v2.5"/>)";
  if (verdict == "leak") {
    style = "leak";
    sign = R"(<path style="fill:currentColor;stroke:none" d="M12 1 23.5 22H.5z"/>)"
           R"(<path d="M12 8v7M12 17v3"/>)";
  } else if (verdict == "no_leak_found") {
    style = "clear";
    sign = R"(<circle cx="12" cy="12" r="11"/><path d="m6.5 12.5 4 4 7-8"/>)";
  }
  std::string out = fmt::format(
      "<section class=\"verdict {}\" aria-labelledby=\"verdict\">\n<h2 id=\"verdict\"><svg "
      "viewBox=\"0 0 24 24\" aria-hidden=\"true\">{}</svg>{}</h2>\n",
      style, sign, told.title);
  for (const std::string &text : told.says) out += paragraph(text);
  return out + "<h3>What this does not say</h3>\n" + paragraph(told.not_says) + "</section>\n";
}

std::string page_head(const std::string &title, const std::string &question,
                      const std::string &audited) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      // Whatever a report holds, nothing of it runs or is fetched.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n";
  out += fmt::format("<title>{}: Recveil audit</title>\n<style>", escape(title));
  out += kReportStyle;
  out += "</style>\n</head>\n<body>\n<header>\n<h1>";
  out += escape(question) + "</h1>\n";
  return out + "<p class=\"quiet\">" + escape(audited) + "</p>\n</header>\n<main>\n";
}

std::string page_foot() {
  return "</main>\n<footer>\n<p>Attacks and measures: see docs/audit.md of Recveil. The numbers "
         "are "
         "those of the JSON report (schema recveil.audit/1).</p>\n</footer>\n</body>\n</html>\n";
}

}  // namespace recveil::cli
