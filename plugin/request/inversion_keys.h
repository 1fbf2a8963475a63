// The keys of the audits of injected accounts.
#pragma once

#include <span>

#include "request/keys.h"

namespace recveil::request {

std::span<const Key> inversion_keys();   // of simulated systems
std::span<const Key> injections_keys();  // of a host's own

}  // namespace recveil::request
