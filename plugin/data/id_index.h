// Ids of any text to indices 0, 1, 2, ... in order of first appearance.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"

namespace recveil::data {

class IdIndex {
 public:
  IdIndex() = default;
  // The index holds views into itself.
  IdIndex(const IdIndex &) = delete;
  IdIndex &operator=(const IdIndex &) = delete;

  // The index of `id`, a new one if it is new. No allocation for a known id.
  std::uint32_t operator[](std::string_view id) {
    if (const auto found = index_.find(id); found != index_.end()) return found->second;
    if (ids_.size() == INT32_MAX) throw Error(Status::data, "more than 2147483647 different ids");
    const auto next = static_cast<std::uint32_t>(ids_.size());
    index_.emplace(ids_.emplace_back(id), next);
    return next;
  }
  // The index of `id` if it is known.
  std::optional<std::uint32_t> find(std::string_view id) const {
    const auto found = index_.find(id);
    return found != index_.end() ? std::optional(found->second) : std::nullopt;
  }
  std::size_t size() const { return ids_.size(); }

  // The ids by index. Leaves the index empty.
  std::vector<std::string> take() {
    index_.clear();
    std::vector<std::string> out;
    out.reserve(ids_.size());
    for (std::string &id : ids_) out.push_back(std::move(id));
    ids_.clear();
    return out;
  }

 private:
  std::deque<std::string> ids_;  // a deque: growing it moves no string that a key looks at
  std::unordered_map<std::string_view, std::uint32_t> index_;
};

}  // namespace recveil::data
