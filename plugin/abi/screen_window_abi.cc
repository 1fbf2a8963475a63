#include "recveil/screen_window.h"

#include <algorithm>
#include <vector>

#include "abi/engine.h"
#include "abi/guard.h"
#include "abi/screen.h"
#include "core/error.h"

namespace recveil::abi {
namespace {

hooks::WindowShape adopt_shape(const recveil_screen_window_shape *given) {
  constexpr std::uint32_t kAccounts = 50000;
  constexpr std::uint64_t kInteractions = 200;
  const recveil_screen_window_shape defaults = RECVEIL_SCREEN_WINDOW_SHAPE_INIT;
  const auto in = adopt(given, defaults, sizeof(recveil_screen_window_shape), "shape");
  no_screen_flags(in.flags, "shape");
  hooks::WindowShape out;
  out.n_items = in.n_items;
  out.sample_accounts = in.sample_accounts != 0 ? in.sample_accounts : kAccounts;
  out.sample_interactions =
      in.sample_interactions != 0 ? in.sample_interactions : kInteractions * out.sample_accounts;
  out.rating_min = in.rating_min;
  out.rating_max = in.rating_max;
  out.seed = in.seed;
  return out;
}

template <class Element>
std::span<const Element> optional(const Element *data, std::size_t n, const char *name) {
  if (data == nullptr) return {};
  check_array(data, n, name);
  return {data, n};
}

void distinct(std::span<const std::uint64_t> users) {
  std::vector<std::uint64_t> sorted(users.begin(), users.end());
  std::sort(sorted.begin(), sorted.end());
  require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
          "accounts.users: a duplicate user");
}

}  // namespace

void no_screen_flags(std::uint32_t flags, const char *name) {
  if (flags != 0) throw Error(Status::unsupported, std::string(name) + ".flags: must be 0");
}

hooks::HostAccounts adopt_accounts(const recveil_screen_accounts *given) {
  const recveil_screen_accounts defaults = RECVEIL_SCREEN_ACCOUNTS_INIT;
  const auto in = adopt(given, defaults, sizeof(recveil_screen_accounts), "accounts");
  no_screen_flags(in.flags, "accounts");
  require(in.n_accounts < UINT32_MAX, "accounts.n_accounts: at most 2^32 - 2");
  check_array(in.users, in.n_accounts, "accounts.users");
  check_array(in.offsets, in.n_accounts + 1, "accounts.offsets");
  require(in.offsets[0] == 0, "accounts.offsets: must begin with 0");
  require(std::is_sorted(in.offsets, in.offsets + in.n_accounts + 1),
          "accounts.offsets: must not fall");
  const std::size_t n = in.offsets[in.n_accounts];
  check_array(in.items, n, "accounts.items");
  hooks::HostAccounts out;
  out.users = {in.users, in.n_accounts};
  out.persons = optional(in.persons, in.n_accounts, "accounts.persons");
  out.rows.n_past = optional(in.n_past, in.n_accounts, "accounts.n_past");
  out.rows.offsets = {in.offsets, in.n_accounts + 1};
  out.rows.items = {in.items, n};
  out.rows.ratings = optional(in.ratings, n, "accounts.ratings");
  out.rows.arrived_at = optional(in.arrived_at, in.n_accounts, "accounts.arrived_at");
  out.rows.launched_at = optional(in.launched_at, in.n_launched, "accounts.launched_at");
  distinct(out.users);
  return out;
}

hooks::Window borrow_window(const void *window, std::size_t n_bytes) {
  return {const_cast<void *>(window), n_bytes};
}

}  // namespace recveil::abi

using namespace recveil;

extern "C" {

recveil_status recveil_screen_window_size(const recveil_screen_window_shape *shape,
                                          size_t *n_bytes) noexcept {
  return abi::guard([&] {
    abi::check_out(n_bytes, "n_bytes");
    *n_bytes = hooks::Window::bytes(abi::adopt_shape(shape));
  });
}

recveil_status recveil_screen_window_init(const recveil_screen_window_shape *shape, void *window,
                                          size_t n_bytes) noexcept {
  return abi::guard([&] { hooks::Window::make(abi::adopt_shape(shape), window, n_bytes); });
}

recveil_status recveil_screen_window_add(recveil_engine *engine, void *window, size_t n_bytes,
                                         const recveil_screen_accounts *accounts) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    hooks::Window into(window, n_bytes);
    e.update->add(into, abi::adopt_accounts(accounts));
  });
}

recveil_status recveil_screen_window_merge(void *into, size_t n_into_bytes, const void *from,
                                           size_t n_from_bytes) noexcept {
  return abi::guard([&] {
    const auto *a = static_cast<const unsigned char *>(into),
               *b = static_cast<const unsigned char *>(from);
    hooks::Window to(into, n_into_bytes);
    const hooks::Window more = abi::borrow_window(from, n_from_bytes);
    abi::require(a + n_into_bytes <= b || b + n_from_bytes <= a, "from: overlaps into");
    to.merge(more);
  });
}

recveil_status recveil_screen_window_check(const void *window, size_t n_bytes,
                                           recveil_screen_window_info *out) noexcept {
  return abi::guard([&] {
    if (out != nullptr) {
      abi::check_struct(out, sizeof(recveil_screen_window_info),
                        alignof(recveil_screen_window_info), "window_info");
    }
    const hooks::Window in = abi::borrow_window(window, n_bytes);
    in.check();
    if (out == nullptr) return;
    recveil_screen_window_info info = RECVEIL_SCREEN_WINDOW_INFO_INIT;
    info.n_items = in.shape().n_items;
    info.implicit = in.shape().implicit() ? 1 : 0;
    info.n_accounts = in.accounts();
    info.n_interactions = in.interactions();
    info.n_sampled_accounts = in.sample().size();
    info.n_sampled_interactions = in.items().size();
    abi::give(out, info);
  });
}

}  // extern "C"
