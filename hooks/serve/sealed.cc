#include "hooks/serve/sealed.h"

#include <sodium.h>

#include <cstring>

#include "core/error.h"

namespace recveil::hooks {
namespace {

constexpr std::size_t kMac = 32;

void mac(std::string_view bytes, const defense::Key &key, unsigned char out[kMac]) {
  crypto_generichash(out, kMac, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(),
                     key.bytes.data(), key.bytes.size());
}

}  // namespace

void SealedWriter::numbers(const std::vector<std::uint64_t> &values) {
  number(values.size());
  raw(values.data(), values.size() * sizeof(values[0]));
}

void SealedWriter::text(std::string_view bytes) {
  number(bytes.size());
  raw(bytes.data(), bytes.size());
}

std::string SealedWriter::seal(const defense::Key &key) && {
  unsigned char tag[kMac];
  mac(bytes_, key, tag);
  raw(tag, kMac);
  return std::move(bytes_);
}

SealedReader::SealedReader(std::string_view bytes, std::string_view magic, const defense::Key &key,
                           const std::string &name)
    : bytes_(bytes), at_(magic.size()), name_(name) {
  if (bytes.size() < magic.size() + kMac) throw Error(Status::io, name + ": cut short");
  const std::size_t last = magic.size() - 1;
  if (bytes.substr(0, last) == magic.substr(0, last) && bytes[last] != magic[last]) {
    throw Error(Status::version, name + ": a format this library does not read");
  }
  bytes_ = bytes.substr(0, bytes.size() - kMac);
  unsigned char tag[kMac];
  mac(bytes_, key, tag);
  if (!bytes.starts_with(magic) || sodium_memcmp(tag, bytes.data() + bytes_.size(), kMac) != 0) {
    throw Error(Status::io, name + ": damaged, or written with another key");
  }
}

std::uint64_t SealedReader::number() {
  std::uint64_t value = 0;
  raw(&value, sizeof(value));
  return value;
}

std::vector<std::uint64_t> SealedReader::numbers() {
  const std::uint64_t count = number();
  if (count > (bytes_.size() - at_) / sizeof(std::uint64_t)) damaged();
  std::vector<std::uint64_t> values(count);
  raw(values.data(), count * sizeof(std::uint64_t));
  return values;
}

std::string_view SealedReader::text() {
  const std::uint64_t count = number();
  if (count > bytes_.size() - at_) damaged();
  const std::string_view out = bytes_.substr(at_, count);
  at_ += count;
  return out;
}

void SealedReader::finish() const {
  if (at_ != bytes_.size()) damaged();
}

void SealedReader::damaged() const {
  throw Error(Status::io, name_ + ": damaged");
}

void SealedReader::raw(void *out, std::size_t n) {
  if (n > bytes_.size() - at_) damaged();
  if (n > 0) std::memcpy(out, bytes_.data() + at_, n);
  at_ += n;
}

}  // namespace recveil::hooks
