#include "journal/keys.h"

#include <sodium.h>

#include "core/error.h"

namespace recveil::journal {
namespace {

void need_sodium() {
  if (sodium_init() < 0) throw Error(Status::internal, "libsodium cannot be initialized");
}

Key subkey(const Key &master, std::uint64_t number, const char *context) {
  need_sodium();
  Key out;
  crypto_kdf_derive_from_key(out.bytes.data(), out.bytes.size(), number, context,
                             master.bytes.data());
  return out;
}

}  // namespace

Key subject_key(const Key &master) {
  return subkey(master, 1, "rveilsub");
}

Subject subject_of(const Key &subject_key, std::span<const unsigned char> id) noexcept {
  Subject out;
  crypto_generichash(out.data(), out.size(), id.data(), id.size(), subject_key.bytes.data(),
                     subject_key.bytes.size());
  return out;
}

JournalKeys::JournalKeys(const Key &master)
    : wrap(subkey(master, 1, "rveiljnl")),
      token(subkey(master, 2, "rveiljnl")),
      chain(subkey(master, 3, "rveiljnl")),
      rows(subkey(master, 4, "rveiljnl")),
      digest(subkey(master, 5, "rveiljnl")) {}

ReceiptKey receipt_key(const Key &master, std::uint32_t version) {
  ReceiptKey out;
  out.version = version;
  out.seed = subkey(master, version, "rveilrcp");
  unsigned char secret[crypto_sign_SECRETKEYBYTES];
  crypto_sign_seed_keypair(out.public_key.data(), secret, out.seed.bytes.data());
  sodium_memzero(secret, sizeof secret);
  return out;
}

std::string hex(std::span<const unsigned char> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace recveil::journal
