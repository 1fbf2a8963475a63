// The attribute audit of a host's own rows, of recveil_audit_attributes().
#pragma once

#include <cstdint>
#include <functional>

#include "audit/attribute.h"
#include "recveil/audit.h"

namespace recveil::audit {

struct HostInput {
  std::vector<PeopleClasses> attributes;
  AttributeEvidence evidence;  // one stage where nothing was erased yet, else two
  std::uint32_t seeds = 3;
  std::uint64_t first_seed = 1;
  double margin = 0.05;
  bool xgboost = false;
};

// A copy. REQUIRES: arrays as long as their sizes say. Throws Error(argument) naming field, row and
// attribute for values that are not finite, a class or an item out of range, offsets that fall and
// lists that come without those before, and Error(data) for an attribute without two classes of 20
// known requesters.
HostInput host_input(const recveil_audit_embeddings &given);

struct HostAudit {
  HostInput input;
  std::size_t requesters = 0;
  std::vector<ClassCounts> counts;
  std::vector<std::string> absent;
  Controls controls;
  AttributeReport report;  // where nothing was erased, `after` is `before`
  double seconds = 0;
};

HostAudit audit_host(HostInput input, const std::function<void(double, const char *)> &progress);

}  // namespace recveil::audit
