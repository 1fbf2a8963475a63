#include "state/sealed.h"

#include <span>

#include "core/error.h"
#include "core/seal.h"

namespace recveil::state {
namespace {

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

// What follows the magic word.
std::span<const std::uint8_t> body(std::string_view bytes, std::string_view magic, const Key &key,
                                   const std::string &name) {
  if (bytes.size() < magic.size() + sizeof(Digest)) throw Error(Status::io, name + ": cut short");
  const std::size_t last = magic.size() - 1;
  if (bytes.substr(0, last) == magic.substr(0, last) && bytes[last] != magic[last]) {
    const char theirs = bytes[last];
    const std::string which =
        theirs >= '0' && theirs <= '9' ? std::string("format ") + theirs : "another format";
    throw Error(Status::version, name + ": is of " + which + ", and this library reads format " +
                                     magic[last] + " alone; go on with the library that wrote it");
  }
  const auto sealed = unseal(as_bytes(bytes), name, &key, Status::io);
  if (!bytes.starts_with(magic)) throw Error(Status::io, name + ": a file of another kind");
  return sealed.subspan(magic.size());
}

}  // namespace

std::string SealedWriter::seal(const Key &key) && {
  const auto sealed = recveil::seal(std::move(out_.bytes), &key);
  return {sealed.begin(), sealed.end()};
}

SealedReader::SealedReader(std::string_view bytes, std::string_view magic, const Key &key,
                           const std::string &name)
    : in_(body(bytes, magic, key, name), name, Status::io) {}

}  // namespace recveil::state
