// The host's arrays into the populations of an audit; what cannot be audited is refused.
#pragma once

#include <cstddef>
#include <string>

#include "attack/membership.h"
#include "recveil/audit.h"

namespace recveil::audit {

// Fewer of a class and no interval is worth printing.
constexpr std::size_t kMinClass = 50;

// A copy. `name` ("target") begins the messages. REQUIRES: arrays as long as their offsets say.
// Throws Error(Status::argument) where offsets fall, an item is not below n_items or stands twice
// in a row, a user has no history or no list, a member byte is neither 0 nor 1, or a class has
// fewer than kMinClass users. O(size).
attack::Population population_from(const recveil_audit_population &given, const std::string &name);

// The same of people without lists and labels; one is enough.
Interactions histories_from(const recveil_audit_population &given, const std::string &name);

}  // namespace recveil::audit
