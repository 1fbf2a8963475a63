#include <fmt/core.h>

#include <map>

#include "report/report.h"
#include "report/words.h"

namespace recveil::cli {
namespace {

// kind: what was tested; a failure's type.
std::string test_case(const ReportView &view, const std::string &name, const std::string &kind,
                      Tone tone, const std::string &numbers) {
  const char *outcome = tone == Tone::leak        ? "failure"
                        : tone == Tone::unsettled ? "error"
                                                  : "system-out";
  const std::string text = escape(numbers);
  const std::string attributes =
      tone == Tone::leak || tone == Tone::unsettled
          ? fmt::format(" type=\"{}\" message=\"{}\"", escape(kind), text)
          : "";
  return fmt::format(
      "    <testcase classname=\"recveil.{0}\" name=\"{1}\" time=\"0\">\n"
      "      <{2}{3}>{4}</{2}>\n    </testcase>\n",
      view.audit, escape(name), outcome, attributes, text);
}

std::string row_text(const Table &table, const Row &row) {
  std::string out;
  for (std::size_t c = 1; c < row.cells.size(); ++c) {
    if (!out.empty()) out += "; ";
    out += table.columns[c] + " " + row.cells[c].whole();
  }
  return out;
}

}  // namespace

std::string junit_report(const ReportView &view) {
  std::string told = view.title + ".", cases;
  for (const std::string &says : view.says) told += " " + says;
  for (const std::string &note : view.notes) told += " " + note;
  std::map<Tone, int> outcomes;
  const auto add = [&](const std::string &name, const std::string &kind, Tone tone,
                       const std::string &numbers) {
    cases += test_case(view, name, kind, tone, numbers);
    ++outcomes[tone];
  };
  add("verdict", "verdict", view.verdict, told);
  int tests = 1;
  for (const Table &table : view.tables) {
    for (const Row &row : table.rows) {
      if (row.test.empty()) continue;
      add(row.test, table.id, row.outcome, row_text(table, row));
      ++tests;
    }
  }
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"recveil.{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" "
      "time=\"{:.3f}\">\n    <properties>\n",
      view.audit, tests, outcomes[Tone::leak], outcomes[Tone::unsettled], view.seconds);
  for (const auto &[name, value] : view.run) {
    out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escape(name), escape(value));
  }
  return out + "    </properties>\n" + cases + "    <system-out>" + escape(text_report(view)) +
         "</system-out>\n  </testsuite>\n</testsuites>\n";
}

}  // namespace recveil::cli
