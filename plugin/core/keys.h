// The keys of the library. One master key of 32 bytes; a subkey per purpose, so that a key
// that leaks says nothing about the others (libsodium's crypto_kdf: BLAKE2b keyed by the master,
// salt = subkey number, person = context). tests/support/draw_reference.py is the same in Python.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace recveil {

// Wiped on destruction.
template <std::size_t N>
struct Secret {
  std::array<unsigned char, N> bytes{};
  Secret() = default;
  Secret(const Secret &) = default;
  Secret &operator=(const Secret &) = default;
  ~Secret();
  bool operator==(const Secret &other) const noexcept;  // in constant time
};
using Key = Secret<32>;
using HashKey = Secret<16>;

// The master from a file of exactly 32 bytes that only its owner may read.
// Throws Error(io or config) naming the file.
Key read_key_file(const std::string &path);
// 32 random bytes from the kernel.
Key random_key();
// Writes a new key file with mode 0600; never overwrites. Throws Error(io).
void write_key_file(const std::string &path);

// Context "rveil_id", number 1: users, as long as the model lineage lives.
HashKey id_key(const Key &master);
// Context "rveilsrv", number = epoch: turns with the epoch.
Key serve_key(const Key &master, std::uint32_t epoch);
// Context "rveilsta", number 1: authenticates files of the state_dir.
Key state_key(const Key &master);

// Context "rveilfld", number 1: folds, as long as the model lineage lives.
HashKey fold_key(const Key &master);

// Context "rveildcy", number 1: which items an erased user's list hides, as long as the model
// lineage lives.
HashKey decoy_key(const Key &master);

// Context "rveilcel", number 1: who is drawn where people share a row, as long as the model lineage
// lives.
HashKey cell_key(const Key &master);

// SipHash-2-4. Bytes of an id -> recveil_user; little-endian recveil_user -> element of a set.
std::uint64_t hash_id(const HashKey &key, std::span<const unsigned char> bytes) noexcept;
std::uint64_t hash_user(const HashKey &key, std::uint64_t user) noexcept;

// The fold of a person under the fold key, in [0, folds). A modulo of 64 uniform bits: no fold is
// preferred by more than folds / 2^64.
inline std::uint32_t fold_of(const HashKey &key, std::uint64_t person,
                             std::uint32_t folds) noexcept {
  return static_cast<std::uint32_t>(hash_user(key, person) % folds);
}

}  // namespace recveil
