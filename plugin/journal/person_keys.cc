#include "journal/person_keys.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace recveil::journal {
namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

Bytes encrypt(const Key &key, std::span<const unsigned char> plain, std::string_view bound_to) {
  Bytes out(kNonce + plain.size() + kTag);
  randombytes_buf(out.data(), kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      out.data() + kNonce, nullptr, plain.data(), plain.size(),
      reinterpret_cast<const unsigned char *>(bound_to.data()), bound_to.size(), nullptr,
      out.data(), key.bytes.data());
  return out;
}

bool decrypt(const Key &key, std::span<const unsigned char> sealed, std::string_view bound_to,
             std::span<unsigned char> plain) {
  return sealed.size() == kNonce + plain.size() + kTag &&
         crypto_aead_xchacha20poly1305_ietf_decrypt(
             plain.data(), nullptr, nullptr, sealed.data() + kNonce, sealed.size() - kNonce,
             reinterpret_cast<const unsigned char *>(bound_to.data()), bound_to.size(),
             sealed.data(), key.bytes.data()) == 0;
}

std::string binding(Table table, const Token &token, std::string_view attribute = {}) {
  std::string out(spec_of(table).name);
  out.append(reinterpret_cast<const char *>(token.data()), token.size());
  out += attribute;
  return out;
}

using PaddedLabel = std::array<unsigned char, kMaxLabel + 1>;  // length, bytes, zeros

}  // namespace

Token token_of(const JournalKeys &keys, const Subject &subject) noexcept {
  Token out;
  crypto_generichash(out.data(), out.size(), subject.data(), subject.size(),
                     keys.token.bytes.data(), keys.token.bytes.size());
  return out;
}

std::optional<Key> find_key(const Store &store, const JournalKeys &keys, Table table,
                            const Token &token) {
  const auto row = store.get(table, {blob(token)});
  if (!row) return std::nullopt;
  Key key;
  if (!decrypt(keys.wrap, std::get<Bytes>((*row)[PersonColumn::wrapped]), binding(table, token),
               key.bytes)) {
    store.damaged("the key of a person");
  }
  return key;
}

Key make_key(Store &store, const JournalKeys &keys, Table table, const Token &token) {
  if (const auto key = find_key(store, keys, table, token)) return *key;
  const Key key = random_key();
  store.put(table, {blob(token), encrypt(keys.wrap, key.bytes, binding(table, token))});
  return key;
}

Bytes pseudonym(const Key &person, const RequestId &request) {
  Bytes out(16);
  crypto_generichash(out.data(), out.size(), request.data(), request.size(), person.bytes.data(),
                     person.bytes.size());
  return out;
}

Bytes seal_label(const Key &label_key, const Token &token, std::string_view attribute,
                 std::string_view label) {
  PaddedLabel plain{};
  plain[0] = static_cast<unsigned char>(label.size());
  std::copy(label.begin(), label.end(), plain.begin() + 1);
  Bytes out = encrypt(label_key, plain, binding(Table::label, token, attribute));
  sodium_memzero(plain.data(), plain.size());
  return out;
}

std::optional<std::string> open_label(const Key &label_key, const Token &token,
                                      std::string_view attribute,
                                      std::span<const unsigned char> sealed) {
  PaddedLabel plain{};
  if (!decrypt(label_key, sealed, binding(Table::label, token, attribute), plain) ||
      plain[0] > kMaxLabel) {
    return std::nullopt;
  }
  std::string out(plain.begin() + 1, plain.begin() + 1 + plain[0]);
  sodium_memzero(plain.data(), plain.size());
  return out;
}

}  // namespace recveil::journal
