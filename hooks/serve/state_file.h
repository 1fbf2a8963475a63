// A ServeState as sealed bytes (state/sealed.h). Users are in it only as keyed hashes.
#pragma once

#include <span>
#include <string>

#include "core/keys.h"
#include "hooks/serve/state.h"

namespace recveil::hooks {

std::string encode_state(const ServeState &state, const Key &key);

// Throws Error(io) for damaged bytes, Error(version) for a format this library does not read.
// name: what errors call it.
ServeState decode_state(const std::string &bytes, const Key &key, const std::string &name);

}  // namespace recveil::hooks
