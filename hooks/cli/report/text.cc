#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "columns.h"
#include "report/report.h"

namespace recveil::cli {
namespace {

constexpr std::size_t kColumns = 100;

// Lines of at most kColumns, the first after `begin`, the others after as many spaces.
std::string wrapped(const std::string &text, const std::string &begin = "  ") {
  std::string out, line = begin;
  const std::string indent(begin.size(), ' ');
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    if (line.size() > begin.size() && terminal_width(line) + 1 + terminal_width(word) > kColumns) {
      out += line;
      out += '\n';
      line = indent;
    }
    if (line.size() > begin.size()) line += " ";
    line += word;
  }
  return out + line + "\n";
}

std::string listed(const std::string &title, const std::vector<std::string> &texts,
                   const std::string &begin = "  - ") {
  if (texts.empty()) return "";
  std::string out = title.empty() ? "" : title + "\n";
  for (const std::string &text : texts) out += wrapped(text, begin);
  return out + "\n";
}

// A table that is wider than the terminal is cut into several with the same first column.
std::string table_text(const Table &table) {
  std::vector<std::vector<std::string>> rows{table.columns};
  for (const Row &row : table.rows) {
    rows.emplace_back();
    for (const Cell &cell : row.cells) rows.back().push_back(cell.whole());
  }
  std::vector<std::size_t> widths(table.columns.size());
  for (const auto &row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], terminal_width(row[c]));
    }
  }
  std::string out = table.title + "\n" + wrapped(table.caption);
  for (std::size_t begin = 1; begin < widths.size();) {
    std::size_t end = begin, used = 2 + widths[0];
    while (end < widths.size() && (end == begin || used + 2 + widths[end] <= kColumns)) {
      used += 2 + widths[end++];
    }
    std::vector<std::vector<std::string>> part;
    for (const auto &row : rows) {
      part.push_back({row[0]});
      for (std::size_t c = begin; c < end; ++c) part.back().push_back(row[c]);
    }
    out += columns(part) + "\n";
    begin = end;
  }
  return out;
}

}  // namespace

std::string text_report(const ReportView &view) {
  std::string title = view.title;
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  std::string out = title + "\n";
  if (!view.audited.empty()) out += wrapped(view.question) + wrapped(view.audited);
  out += "\n" + listed("", view.says, "  ");
  out += listed("What this does not say", {view.not_says}, "  ");
  out += listed("Read with care", view.warnings, "  WARNING  ");
  for (const Table &table : view.tables) out += table_text(table);
  out += listed("Notes", view.notes);
  out += listed("What this audit cannot see", view.blind_spots);
  if (view.run.empty()) return out;
  std::size_t widest = 0;
  for (const auto &[name, value] : view.run) widest = std::max(widest, name.size());
  out += "How it was run\n";
  for (const auto &[name, value] : view.run) {
    out += fmt::format("  {:<{}}  {}\n", name, widest, value);
  }
  return out;
}

}  // namespace recveil::cli
