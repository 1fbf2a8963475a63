// Writes the page, the JUnit XML and the text of a report that no audit gave, for
// tests/integration/ test_reports.py: every verdict, names that are markup, numbers at their ends.
// usage: report_render REPORT.json PAGE.html JUNIT.xml TEXT.txt
#include <fstream>

#include "report/report.h"

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  std::ifstream file(argv[1]);
  const recveil::cli::ReportView view =
      recveil::cli::report_view(nlohmann::json::parse(file), "1.2.3");
  std::ofstream(argv[2]) << recveil::cli::html_report(view);
  std::ofstream(argv[3]) << recveil::cli::junit_report(view);
  std::ofstream(argv[4]) << recveil::cli::text_report(view);
  return 0;
}
