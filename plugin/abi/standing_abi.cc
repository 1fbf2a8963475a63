// Standing erasures and decoys: what fold-in and the lists of an engine respect.
#include <algorithm>
#include <string>

#include "abi/adopt.h"
#include "abi/callbacks.h"
#include "abi/engine.h"
#include "abi/erase.h"
#include "core/error.h"
#include "recveil/standing.h"

namespace {

using namespace recveil;

std::span<const std::uint8_t> bytes_of(const void *data, std::size_t n, const char *name) {
  abi::check_array(static_cast<const std::uint8_t *>(data), n, name);
  return {static_cast<const std::uint8_t *>(data), n};
}

// Attribute by attribute: how many classes a user may have.
std::vector<std::int32_t> limits_of(const recveil_erasures &in, const hooks::ErasureSet &set) {
  std::vector<std::int32_t> limits(in.n_attributes, defense::kMaxClasses);
  for (const auto &map : set.maps) {
    const auto attributes = map->attributes();
    if (!map->needs_labels()) continue;
    abi::require(attributes.size() == in.n_attributes,
                 "erasures.n_attributes: must be the number of attributes of the maps");
    for (std::size_t a = 0; a < attributes.size(); ++a) {
      limits[a] = std::min(limits[a], static_cast<std::int32_t>(attributes[a].classes.size()));
    }
  }
  if (set.decoys) {
    abi::require(in.decoys_attribute < in.n_attributes,
                 "erasures.decoys_attribute: must be below n_attributes");
    std::int32_t &limit = limits[in.decoys_attribute];
    limit = std::min(limit, set.decoys->classes());
  }
  return limits;
}

// The classes of all users, any negative number as kUnknown.
std::vector<std::int32_t> classes_of(const recveil_erasures &in,
                                     const std::vector<std::int32_t> &limits) {
  std::vector<std::int32_t> out(in.classes, in.classes + in.n_users * in.n_attributes);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] >= limits[i % in.n_attributes]) {
      throw Error(Status::argument, "erasures.classes: number " + std::to_string(i) +
                                        " must be below n_classes of the maps and of the decoys");
    }
    out[i] = std::max(out[i], defense::kUnknown);
  }
  return out;
}

hooks::ErasureSet adopt_set(const recveil_erasures &in) {
  hooks::ErasureSet set;
  set.version = in.model_version;
  abi::check_array(in.maps, in.n_maps, "erasures.maps");
  for (std::uint32_t f = 0; f < in.n_maps; ++f) {
    abi::require(in.maps[f] != nullptr, "erasures.maps: one is NULL");
    set.maps.push_back(in.maps[f]->map);
    const defense::ErasureMap &map = *set.maps.back();
    abi::require(
        map.d() == set.maps.front()->d() && map.needs_labels() == set.maps.front()->needs_labels(),
        "erasures.maps: must agree in d and in whether they need classes");
    if (map.scratch_floats() > hooks::kMapScratch) {
      throw Error(Status::unsupported, "erasures.maps: d is too large for fold-in");
    }
  }
  if (in.decoys != nullptr || in.decoys_size > 0) {
    set.decoys = std::make_shared<const defense::DecoyTable>(
        defense::DecoyTable::from_bytes(bytes_of(in.decoys, in.decoys_size, "erasures.decoys")));
    set.decoys_attribute = in.decoys_attribute;
  }
  return set;
}

}  // namespace

extern "C" {

recveil_status recveil_publish_erasures(recveil_engine *engine,
                                        const recveil_erasures *erasures) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const recveil_erasures none = RECVEIL_ERASURES_INIT;
    const recveil_erasures in = abi::adopt(erasures, none, sizeof(recveil_erasures), "erasures");
    if (in.flags != 0) throw Error(Status::unsupported, "erasures.flags: must be 0");
    abi::require(in.reserved == 0, "erasures.reserved: must be 0");
    abi::require(in.n_attributes <= defense::kMaxAttributes,
                 "erasures.n_attributes: must be at most 16");
    abi::check_array(in.users, in.n_users, "erasures.users");
    if (in.n_attributes > 0) {
      abi::require(in.n_users <= SIZE_MAX / in.n_attributes,
                   "erasures.n_users: more than memory can hold");
      abi::check_array(in.classes, in.n_users * in.n_attributes, "erasures.classes");
    }
    hooks::ErasureSet set = adopt_set(in);
    std::vector<std::int32_t> classes = classes_of(in, limits_of(in, set));
    e.serve->publish_erasures(std::move(set), {in.users, in.n_users}, classes, in.n_attributes);
    std::fill(classes.begin(), classes.end(), 0);
  });
}

recveil_status recveil_decoys_fit(size_t n_users, const size_t *offsets, const uint32_t *items,
                                  uint32_t n_items, const int32_t *classes, uint32_t n_classes,
                                  recveil_write_fn write, void *ctx) noexcept {
  return abi::guard([&] {
    abi::check_array(offsets, n_users < SIZE_MAX ? n_users + 1 : n_users, "offsets");
    abi::check_array(items, offsets[n_users], "items");
    abi::check_array(classes, n_users, "classes");
    abi::require(n_items > 0 && n_items < UINT32_MAX, "n_items: must be from 1 to 2^32 - 2");
    abi::require(n_classes >= 2 && n_classes <= defense::kMaxClasses,
                 "n_classes: must be from 2 to 4096");
    abi::require(write != nullptr, "write: is NULL");
    Interactions histories;
    histories.n_items = n_items;
    std::vector<std::uint32_t> row;
    for (std::size_t u = 0; u < n_users; ++u) {
      abi::require(offsets[u] <= offsets[u + 1], "offsets: must not fall");
      row.assign(items + offsets[u], items + offsets[u + 1]);
      std::sort(row.begin(), row.end());
      row.erase(std::unique(row.begin(), row.end()), row.end());
      abi::require(row.empty() || row.back() < n_items, "items: must be below n_items");
      histories.append(row);
    }
    const abi::ClassColumns columns(classes, n_users, 1);
    const auto table = defense::DecoyTable::fit(
        histories, {"decoys", static_cast<std::int32_t>(n_classes), columns[0]});
    abi::write_bytes(write, ctx, table.bytes());
  });
}

recveil_status recveil_decoys(recveil_engine *engine, recveil_user user, size_t n_history,
                              const uint32_t *items, size_t n, uint8_t *hide,
                              size_t *n_hidden) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(items, n, "items");
    abi::check_array(hide, n, "hide");
    if (n_hidden != nullptr) abi::check_out(n_hidden, "n_hidden");
    const auto session = e.serve->session();
    const auto erasure = session.decoys(user);
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; ++i) {
      hide[i] = erasure && erasure->hides(items[i], n_history) ? 1 : 0;
      count += hide[i];
    }
    if (n_hidden != nullptr) *n_hidden = count;
  });
}

}  // extern "C"
