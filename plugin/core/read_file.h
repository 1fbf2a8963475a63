// A small file read whole: configurations, keys, requests, maps and models.
#pragma once

#include <cstddef>
#include <string>

namespace recveil {

// Its bytes; a pipe is read to its end. Throws Error(io), which names `path`, for what cannot be
// opened or read (a folder, say), and for more than `most` bytes, so that neither a wrong name nor
// a device fills the memory.
std::string read_file(const std::string &path, std::size_t most);
// Likewise from a descriptor, which stays the caller's. name: what errors call it.
std::string read_file(int descriptor, const std::string &name, std::size_t most);

}  // namespace recveil
