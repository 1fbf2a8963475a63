#include "hooks/forget/evidence.h"

#include <algorithm>

namespace recveil::hooks {
namespace {

bool names(const AttributeEvidence &evidence, const std::string &attribute) {
  return std::find(evidence.attributes.begin(), evidence.attributes.end(), attribute) !=
         evidence.attributes.end();
}

}  // namespace

bool covers(const AttributeEvidence *evidence, const journal::RequestInfo &request) {
  const bool needed =
      request.kind == journal::Kind::attribute || request.kind == journal::Kind::rectify;
  return !needed || (evidence != nullptr &&
                     std::all_of(request.attributes.begin(), request.attributes.end(),
                                 [&](const auto &name) { return names(*evidence, name); }));
}

bool concerns(const AttributeEvidence &evidence, const journal::RequestInfo &request) {
  return std::any_of(request.attributes.begin(), request.attributes.end(),
                     [&](const auto &name) { return names(evidence, name); });
}

}  // namespace recveil::hooks
