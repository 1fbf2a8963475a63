// Keys of the journal, all from the one master key (core/keys.h). Contexts of crypto_kdf:
//   "rveilsub" 1          subjects, as long as the model lineage lives
//   "rveiljnl" 1 to 5     wrapping of the keys of persons; lookup tokens; chain; rows; digests
//   "rveilrcp" <version>  the seed of the receipt key, versioned
// tests/support/journal_reference.py is the same in Python.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/keys.h"
#include "journal/types.h"

namespace recveil::journal {

// BLAKE2b-128 keyed with the subject key: the bytes of a host's id -> Subject. Const, any thread.
Key subject_key(const Key &master);
Subject subject_of(const Key &subject_key, std::span<const unsigned char> id) noexcept;

struct JournalKeys {
  explicit JournalKeys(const Key &master);
  Key wrap;    // 1: wraps the random keys of persons
  Key token;   // 2: Subject -> token, by which orders are found
  Key chain;   // 3: the hash chain and its head
  Key rows;    // 4: authenticates stored rows
  Key digest;  // 5: digests of embedding rows
};

using PublicKey = std::array<unsigned char, 32>;
// An Ed25519 key pair. The version goes into each receipt; publish every public key ever used.
struct ReceiptKey {
  std::uint32_t version = 1;
  PublicKey public_key{};
  Secret<32> seed;
};
ReceiptKey receipt_key(const Key &master, std::uint32_t version);
std::string hex(std::span<const unsigned char> bytes);

}  // namespace recveil::journal
