// The tables of Zhang et al. (CCS'21), run again, as JSON. docs/paper.md lists the keys.
#pragma once

#include <string>

#include "audit/paper.h"

namespace recveil::audit {

std::string to_json(const PaperRequest &request, const PaperReport &report);

}  // namespace recveil::audit
