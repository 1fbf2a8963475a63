#include "hooks/forget/describe.h"

#include <time.h>

#include <cstdio>

#include "journal/canonical_json.h"
#include "journal/transitions.h"

namespace recveil::hooks {

using journal::Json;

std::string utc(std::uint64_t seconds) {
  const auto time = static_cast<time_t>(seconds);
  tm parts{};
  if (::gmtime_r(&time, &parts) == nullptr) return "";
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text;
}

std::string describe(const journal::RequestInfo &info) {
  Json::Object out{
      {"subject_request_id", journal::format_uuid(info.id)},
      {"subject_request_type", info.kind == journal::Kind::erase ? "erasure" : "recveil"},
      {"request_status", journal::open_dsr_status(info.state)},
      {"regulation", journal::name_of(info.regulation)},
      {"received_time", utc(info.received_at)},
      {"expected_completion_time", utc(info.due_at)},
      {"updated_time", utc(info.updated_at)},
      {"kind", journal::name_of(info.kind)},
      {"state", journal::name_of(info.state)},
      {"label_policy", journal::name_of(info.label_policy)},
      {"attributes", Json::Array(info.attributes.begin(), info.attributes.end())},
      {"subjects", info.subjects},
      {"retries", info.retries},
  };
  if (info.finished_at != 0) out.emplace("completed_time", utc(info.finished_at));
  if (!info.reason.empty()) out.emplace("reason", info.reason);
  if (!info.policy.empty()) out.emplace("policy", info.policy);
  return journal::canonical_json(out);
}

}  // namespace recveil::hooks
