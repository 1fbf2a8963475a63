// The frame that the HTML pages of all audits share.
#pragma once

#include <string>
#include <vector>

#include "report_verdict.h"

namespace recveil::cli {

// Text, not markup, but for a section's title and body.
std::string paragraph(const std::string &text);
std::string list(const std::vector<std::string> &texts);
using Cells = std::vector<std::string>;  // of a row: markup, the first is the row's heading
std::string table(const std::string &caption, const std::vector<std::string> &columns,
                  const std::vector<Cells> &rows);
// A region under a heading that names it.
std::string section(const std::string &id, const std::string &title, const std::string &body);

// verdict: leak, no_leak_found or inconclusive.
std::string verdict_section(const std::string &verdict, const VerdictWords &told);

// Everything before and after the sections. question: the heading; audited: what, in a line.
std::string page_head(const std::string &title, const std::string &question,
                      const std::string &audited);
std::string page_foot();

}  // namespace recveil::cli
