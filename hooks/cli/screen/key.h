// The key that a file of a screening model brings along: accounts of its window are known by hashes
// under it, so that those who come back are recognised. It opens an engine from a file that is gone
// a moment later.
#pragma once

#include <memory>
#include <string>

#include "recveil/recveil.hpp"

namespace recveil::cli {

// A new key, as hexadecimal digits. Throws std::runtime_error or StatusError.
std::string new_screen_key(const Api &api);

// That of a file of `recveil key generate`. Throws std::runtime_error.
std::string read_screen_key(const std::string &path);

// An engine with the key and `screening`, JSON. Throws std::runtime_error or StatusError.
Engine open_with_key(const std::shared_ptr<const Api> &api, const std::string &key,
                     const std::string &screening);

}  // namespace recveil::cli
