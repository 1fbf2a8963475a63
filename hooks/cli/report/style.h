// The style of the HTML report.
#pragma once

namespace recveil::cli {

// CSS: light, dark (by the reader's preference), narrow and print. Text has at least 4.5:1 contrast
// and what a drawing says at least 3:1, in both; tests/integration/test_reports.py measures it.
extern const char *const kReportStyle;

}  // namespace recveil::cli
