// Ids of any text to indices 0, 1, 2, ... in order of first appearance.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace recveil::data {

class IdIndex {
 public:
  IdIndex() = default;
  IdIndex(const IdIndex &) = delete;
  IdIndex &operator=(const IdIndex &) = delete;

  // The index of `id`, a new one if it is new. No allocation for a known id, and no look-up for the
  // one before: files are often sorted by user.
  std::uint32_t operator[](std::string_view id) {
    if (last_ != 0 && ids_[last_ - 1] == id) return last_ - 1;
    const std::uint32_t hash = hash_of(id);
    const Slot *slot = slot_of(id, hash);
    last_ = slot != nullptr && slot->place != 0 ? slot->place : add(id, hash) + 1;
    return last_ - 1;
  }
  // The index of `id` if it is known.
  std::optional<std::uint32_t> find(std::string_view id) const {
    const Slot *slot = slot_of(id, hash_of(id));
    return slot != nullptr && slot->place != 0 ? std::optional(slot->place - 1) : std::nullopt;
  }
  std::size_t size() const { return ids_.size(); }

  // The ids by index. Leaves the index empty.
  std::vector<std::string> take() {
    slots_ = {};
    std::vector<std::string> out;
    out.reserve(ids_.size());
    for (std::string &id : ids_) out.push_back(std::move(id));
    ids_.clear();
    last_ = 0;
    return out;
  }

 private:
  // Open addressing, at most half full: half the time of std::unordered_map and less memory.
  struct Slot {
    std::uint32_t hash = 0, place = 0;  // place: of the id, from 1; 0: the slot is free
  };

  static std::uint32_t hash_of(std::string_view id) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>()(id) >> 16);
  }
  // Where the id is or would be; null: there is no slot yet.
  const Slot *slot_of(std::string_view id, std::uint32_t hash) const {
    if (slots_.empty()) return nullptr;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      const Slot &slot = slots_[at];
      if (slot.place == 0 || (slot.hash == hash && ids_[slot.place - 1] == id)) return &slot;
    }
  }
  // Not inline: most ids are known, and the look-up is to be inline everywhere.
  [[gnu::noinline]] std::uint32_t add(std::string_view id, std::uint32_t hash) {
    if (ids_.size() == INT32_MAX) throw Error(Status::data, "more than 2147483647 different ids");
    if (2 * ids_.size() >= slots_.size()) grow();
    ids_.emplace_back(id);
    const auto place = static_cast<std::uint32_t>(ids_.size());
    *free_slot(hash) = {hash, place};
    return place - 1;
  }
  Slot *free_slot(std::uint32_t hash) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].place != 0) at = (at + 1) & mask;
    return &slots_[at];
  }
  void grow() {
    std::vector<Slot> old(std::max<std::size_t>(64, 2 * slots_.size()));
    old.swap(slots_);
    for (const Slot &slot : old) {
      if (slot.place != 0) *free_slot(slot.hash) = slot;
    }
  }

  std::deque<std::string> ids_;  // a deque: growing it moves no string
  std::vector<Slot> slots_;      // a power of two of them
  std::uint32_t last_ = 0;       // place of the id that was asked for last
};

}  // namespace recveil::data
