// Writes the page and the JUnit XML of a report that no audit gave, for tests/integration/
// test_reports.py: every verdict, names that are markup, numbers at their ends.
// usage: report_render REPORT.json PAGE.html JUNIT.xml
#include <fstream>

#include "report_html.h"
#include "report_junit.h"

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  std::ifstream file(argv[1]);
  const auto report = nlohmann::json::parse(file);
  std::ofstream(argv[2]) << recveil::cli::report_html(report, "1.2.3");
  std::ofstream(argv[3]) << recveil::cli::report_junit(report, "1.2.3");
  return 0;
}
