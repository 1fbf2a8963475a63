// The random keys of persons: what links entries to a person, and what a label is sealed with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "journal/store.h"

namespace recveil::journal {

// BLAKE2b-128 of the Subject under the token key: how orders and row states are found. Not in any
// entry.
using Token = std::array<unsigned char, 16>;
Token token_of(const JournalKeys &keys, const Subject &subject) noexcept;

// table: person (entries) or label_key (labels).
std::optional<Key> find_key(const Store &store, const JournalKeys &keys, Table table,
                            const Token &token);
Key make_key(Store &store, const JournalKeys &keys, Table table, const Token &token);

// What an entry calls the person, in this request alone: BLAKE2b-128 of the request's id.
Bytes pseudonym(const Key &person, const RequestId &request);

// XChaCha20-Poly1305, bound to person and attribute; always the same length.
inline constexpr std::size_t kMaxLabel = 60;
Bytes seal_label(const Key &label_key, const Token &token, std::string_view attribute,
                 std::string_view label);
std::optional<std::string> open_label(const Key &label_key, const Token &token,
                                      std::string_view attribute,
                                      std::span<const unsigned char> sealed);

}  // namespace recveil::journal
