// The tables of Zhang et al. (CCS'21), run again, next to what the paper printed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/view.h"

namespace recveil::cli {

// report: of `recveil audit paper` (schema recveil.paper/1).
ReportView paper_view(const nlohmann::json &report, const std::string &version);

// Title, paragraphs, tables and notes of any view, under a heading of level 3.
std::string markdown_report(const ReportView &view);

}  // namespace recveil::cli
