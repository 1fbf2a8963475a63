#include "defense/erase/output_set.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace recveil::defense {

RowDigest row_digest(std::span<const float> row, std::span<const std::uint8_t> key) {
  if (!key.empty() && (key.size() < crypto_generichash_KEYBYTES_MIN ||
                       key.size() > crypto_generichash_KEYBYTES_MAX)) {
    throw Error(Status::argument, "key: neither empty nor of 16 to 64 bytes");
  }
  RowDigest out;
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const std::uint8_t *>(row.data()),
                     row.size_bytes(), key.empty() ? nullptr : key.data(), key.size());
  return out;
}

std::size_t OutputSet::Hash::operator()(const RowDigest &digest) const noexcept {
  std::size_t out;
  std::memcpy(&out, digest.data(), sizeof out);
  return out;
}

OutputSet::OutputSet(std::span<const std::uint8_t> key) : key_(key.begin(), key.end()) {
  row_digest({}, key_);  // refuses a key of a wrong length
}

bool OutputSet::contains(std::span<const float> row) const {
  return digests_.contains(row_digest(row, key_));
}

void OutputSet::insert(std::span<const float> row) {
  digests_.insert(row_digest(row, key_));
}

void OutputSet::merge(const OutputSet &other) {
  if (other.key_ != key_) throw Error(Status::argument, "output set: of another key");
  digests_.insert(other.digests_.begin(), other.digests_.end());
}

std::vector<std::uint8_t> OutputSet::bytes() const {
  std::vector<RowDigest> sorted(digests_.begin(), digests_.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint8_t> out;
  out.reserve(sorted.size() * sizeof(RowDigest));
  for (const RowDigest &digest : sorted) out.insert(out.end(), digest.begin(), digest.end());
  return out;
}

void OutputSet::add_bytes(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kSize = sizeof(RowDigest);
  if (bytes.size() % kSize != 0) throw Error(Status::data, "output set: cut short");
  std::vector<RowDigest> digests(bytes.size() / kSize);
  for (std::size_t i = 0; i < digests.size(); ++i) {
    std::memcpy(digests[i].data(), bytes.data() + i * kSize, kSize);
    if (i > 0 && digests[i] <= digests[i - 1]) {
      throw Error(Status::data, "output set: digests are not rising");
    }
  }
  digests_.insert(digests.begin(), digests.end());
}

}  // namespace recveil::defense
