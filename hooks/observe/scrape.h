// One scrape of an engine: every metric, its help text and its labels. No label ever holds a user
// or an item, and every label value is a word of this file or a version.
#pragma once

#include "core/host.h"
#include "hooks/serve/serve_hook.h"
#include "hooks/update/update_hook.h"
#include "metrics/audit_results.h"
#include "metrics/counters.h"
#include "metrics/exposition.h"
#include "metrics/forget.h"

namespace recveil::hooks {

// status_name: from a RECVEIL_E_* value to its name. Any thread.
metrics::Exposition scrape(const ServeHook &hook, const UpdateHook &update,
                           const metrics::Counters &counters, const metrics::AuditResults &audits,
                           const metrics::ForgetCounters &forget, const Host &host,
                           const char *version, const char *(*status_name)(std::int32_t));

}  // namespace recveil::hooks
