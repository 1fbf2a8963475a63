// A request in the shape of OpenDSR 2.0, as canonical JSON.
#pragma once

#include <string>

#include "journal/types.h"

namespace recveil::hooks {

std::string describe(const journal::RequestInfo &info);
// "2026-11-28T04:59:00Z"
std::string utc(std::uint64_t seconds);

}  // namespace recveil::hooks
