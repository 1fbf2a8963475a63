#include "config/watched_items.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "config/yaml_tree.h"
#include "core/error.h"
#include "core/read_file.h"

namespace recveil::config {
namespace {

std::string_view trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

void add_watched_file(WatchPolicy &policy) {
  if (policy.file.empty()) return;
  const std::string text = read_file(policy.file, 1 << 20);
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(std::string_view(text).substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty()) continue;
    const auto refuse = [&](const std::string &what) {
      throw Error(Status::config, policy.file + ":" + std::to_string(number) + ": " + what);
    };
    std::uint32_t item = 0;
    const auto result = std::from_chars(line.data(), line.data() + line.size(), item);
    if (result.ec != std::errc() || result.ptr != line.data() + line.size() || item == UINT32_MAX) {
      refuse("must be an item number below 4294967295, not " + shown(line));
    }
    const auto place = std::lower_bound(policy.items.begin(), policy.items.end(), item);
    if (place != policy.items.end() && *place == item) {
      refuse("item " + std::to_string(item) + " is listed twice");
    }
    policy.items.insert(place, item);
    if (policy.items.size() > kMaxWatched) {
      refuse("more than " + std::to_string(kMaxWatched) + " items");
    }
  }
}

}  // namespace recveil::config
