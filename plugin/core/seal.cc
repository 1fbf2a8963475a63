#include "core/seal.h"

#include <sodium.h>

#include <string>

namespace recveil {

Digest digest_of(std::span<const std::uint8_t> bytes, const Key *key) noexcept {
  Digest out;
  crypto_generichash(out.data(), out.size(), bytes.data(), bytes.size(),
                     key != nullptr ? key->bytes.data() : nullptr,
                     key != nullptr ? key->bytes.size() : 0);
  return out;
}

std::vector<std::uint8_t> seal(std::vector<std::uint8_t> bytes, const Key *key) {
  const Digest digest = digest_of(bytes, key);
  bytes.insert(bytes.end(), digest.begin(), digest.end());
  return bytes;
}

std::span<const std::uint8_t> unseal(std::span<const std::uint8_t> bytes, std::string_view what,
                                     const Key *key, Status fault) {
  if (bytes.size() < sizeof(Digest)) throw Error(fault, std::string(what) + ": cut short");
  const auto body = bytes.first(bytes.size() - sizeof(Digest));
  const Digest digest = digest_of(body, key);
  if (sodium_memcmp(digest.data(), bytes.data() + body.size(), sizeof(Digest)) != 0) {
    throw Error(fault,
                std::string(what) + (key != nullptr ? ": damaged, or written with another key"
                                                    : ": damaged or cut short"));
  }
  return body;
}

}  // namespace recveil
