#include "defense/erase/wire.h"

#include <sodium.h>

#include <algorithm>

#include "defense/erase/map_parts.h"

namespace recveil::defense {

MapId digest_of(std::span<const std::uint8_t> bytes) noexcept {
  MapId id;
  crypto_generichash(id.data(), id.size(), bytes.data(), bytes.size(), nullptr, 0);
  return id;
}

std::vector<std::uint8_t> with_digest(std::vector<std::uint8_t> bytes) {
  const MapId id = digest_of(bytes);
  bytes.insert(bytes.end(), id.begin(), id.end());
  return bytes;
}

std::span<const std::uint8_t> checked_body(std::span<const std::uint8_t> bytes, const char *what) {
  if (bytes.size() < sizeof(MapId)) throw Error(Status::data, std::string(what) + ": cut short");
  const auto body = bytes.first(bytes.size() - sizeof(MapId));
  const MapId id = digest_of(body);
  if (!std::equal(id.begin(), id.end(), bytes.end() - sizeof(MapId))) {
    throw Error(Status::data,
                std::string(what) + ": its digest is not that of its bytes: cut short or changed");
  }
  return body;
}

}  // namespace recveil::defense
