// The report of the lists audit as JSON (schema recveil.audit/1).
#pragma once

#include <string>

#include "audit/lists.h"

namespace recveil::audit {

std::string to_json(const ListsReport &report);

}  // namespace recveil::audit
