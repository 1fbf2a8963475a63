// One scrape of an engine: every metric, its help text and its labels. No label ever holds a user
// or an item, and every label value is a word of this file or a version.
#pragma once

#include <string>

#include "core/host.h"
#include "hooks/serve/serve_hook.h"
#include "metrics/counters.h"

namespace recveil::hooks {

// status_name: from a RECVEIL_E_* value to its name.
std::string scrape(const ServeHook &hook, const metrics::Counters &counters, const Host &host,
                   const char *version, const char *(*status_name)(std::int32_t));

}  // namespace recveil::hooks
