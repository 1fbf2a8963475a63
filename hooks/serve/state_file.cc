#include "hooks/serve/state_file.h"

#include "state/sealed.h"

namespace recveil::hooks {
namespace {

constexpr std::string_view kMagic = "RVSTATE1";

}  // namespace

std::string encode_state(const ServeState &state, const Key &key) {
  state::SealedWriter out(kMagic);
  out.number(state.version);
  out.number(state.has_members ? 1 : 0);
  for (const auto &pool : state.pools) {
    static const Pool kNone;
    const Pool &held = pool ? *pool : kNone;
    out.number(held.version);
    out.number(held.published);
    out.number(held.list_length);
    out.number(held.wanted);
    out.numbers({held.items.begin(), held.items.end()});
  }
  for (const UserSet &users : state.users) out.numbers(users.sorted());
  return std::move(out).seal(key);
}

ServeState decode_state(const std::string &bytes, const Key &key, const std::string &name) {
  state::SealedReader in(bytes, kMagic, key, name);
  ServeState state;
  state.version = in.number();
  state.has_members = in.number() != 0;
  for (auto &held : state.pools) {
    Pool pool;
    pool.version = in.number();
    pool.published = in.number();
    pool.list_length = static_cast<std::uint32_t>(in.number());
    pool.wanted = in.number();
    const auto items = in.numbers();
    if (items.size() > kMaxPool) in.damaged();
    for (const std::uint64_t item : items) {
      if (item >= UINT32_MAX) in.damaged();
      pool.items.push_back(static_cast<std::uint32_t>(item));
    }
    if (!pool.index()) in.damaged();
    if (pool.version != 0) held = std::make_shared<const Pool>(std::move(pool));
  }
  for (UserSet &users : state.users) users = UserSet(in.numbers());
  in.finish();
  return state;
}

}  // namespace recveil::hooks
