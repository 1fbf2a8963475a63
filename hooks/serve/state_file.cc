#include "hooks/serve/state_file.h"

#include <sodium.h>

#include <cstring>

#include "core/error.h"

namespace recveil::hooks {
namespace {

constexpr char kMagic[8] = {'R', 'V', 'S', 'T', 'A', 'T', 'E', '1'};
constexpr std::size_t kMac = 32;

class Writer {
 public:
  void number(std::uint64_t value) { raw(&value, sizeof(value)); }
  void numbers(const std::vector<std::uint64_t> &values) {
    number(values.size());
    raw(values.data(), values.size() * sizeof(values[0]));
  }
  void raw(const void *data, std::size_t n) { bytes.append(static_cast<const char *>(data), n); }
  std::string bytes;
};

class Parser {
 public:
  Parser(const std::string &bytes, std::size_t end, const std::string &name)
      : bytes_(bytes), end_(end), name_(name) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    raw(&value, sizeof(value));
    return value;
  }
  std::vector<std::uint64_t> numbers() {
    const std::uint64_t count = number();
    if (count > (end_ - at_) / sizeof(std::uint64_t)) damaged();
    std::vector<std::uint64_t> values(count);
    raw(values.data(), count * sizeof(std::uint64_t));
    return values;
  }
  void raw(void *out, std::size_t n) {
    if (n > end_ - at_) damaged();
    if (n > 0) std::memcpy(out, bytes_.data() + at_, n);
    at_ += n;
  }
  bool at_end() const { return at_ == end_; }
  [[noreturn]] void damaged() const { throw Error(Status::io, name_ + ": damaged"); }

 private:
  const std::string &bytes_;
  std::size_t end_, at_ = 0;
  const std::string &name_;
};

void mac(const char *data, std::size_t n, const defense::Key &key, unsigned char out[kMac]) {
  crypto_generichash(out, kMac, reinterpret_cast<const unsigned char *>(data), n, key.bytes.data(),
                     key.bytes.size());
}

}  // namespace

std::string encode_state(const ServeState &state, const defense::Key &key) {
  Writer out;
  out.raw(kMagic, sizeof(kMagic));
  out.number(state.version);
  out.number(state.has_members ? 1 : 0);
  for (const auto &pool : state.pools) {
    static const Pool kNone;
    const Pool &held = pool ? *pool : kNone;
    out.number(held.version);
    out.number(held.published);
    out.number(held.list_length);
    out.number(held.wanted);
    out.numbers(held.items);
  }
  for (const UserSet &users : state.users) out.numbers(users.sorted());
  unsigned char tag[kMac];
  mac(out.bytes.data(), out.bytes.size(), key, tag);
  out.raw(tag, kMac);
  return std::move(out.bytes);
}

ServeState decode_state(const std::string &bytes, const defense::Key &key,
                        const std::string &name) {
  if (bytes.size() < sizeof(kMagic) + kMac) throw Error(Status::io, name + ": cut short");
  if (std::memcmp(bytes.data(), kMagic, sizeof(kMagic) - 1) == 0 &&
      bytes[sizeof(kMagic) - 1] != kMagic[sizeof(kMagic) - 1]) {
    throw Error(Status::version, name + ": a format this library does not read");
  }
  const std::size_t end = bytes.size() - kMac;
  unsigned char tag[kMac];
  mac(bytes.data(), end, key, tag);
  if (sodium_memcmp(tag, bytes.data() + end, kMac) != 0) {
    throw Error(Status::io, name + ": damaged, or written with another key");
  }
  Parser in(bytes, end, name);
  char magic[sizeof(kMagic)];
  in.raw(magic, sizeof(magic));
  ServeState state;
  state.version = in.number();
  state.has_members = in.number() != 0;
  for (auto &held : state.pools) {
    Pool pool;
    pool.version = in.number();
    pool.published = in.number();
    pool.list_length = static_cast<std::uint32_t>(in.number());
    pool.wanted = in.number();
    pool.items = in.numbers();
    if (pool.items.size() > kMaxPool) in.damaged();
    if (pool.version != 0) held = std::make_shared<const Pool>(std::move(pool));
  }
  for (UserSet &users : state.users) users = UserSet(in.numbers());
  if (!in.at_end()) in.damaged();
  return state;
}

}  // namespace recveil::hooks
