// The formats of a report. Each tells all of the view but for the curves of its drawings, whose
// audited rates are in the tables.
#pragma once

#include <string>

#include "report/view.h"

namespace recveil::cli {

// For a terminal of 100 columns.
std::string text_report(const ReportView &view);

// One self-contained page: no script, nothing loaded from elsewhere; readable on a telephone, in
// the dark, on paper and by a screen reader (WCAG 2.2 AA is what the tests measure of it).
std::string html_report(const ReportView &view);

// One test suite for release gates, with a case for the verdict and one for each row that names
// one. A leak is a failure; what is inconclusive is an error, never skipped: a gate must not take
// it for an all-clear. The whole report is the output of the suite.
std::string junit_report(const ReportView &view);

}  // namespace recveil::cli
