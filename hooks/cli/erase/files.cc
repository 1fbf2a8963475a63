#include "erase/files.h"

#include <fmt/core.h>

#include <cstring>
#include <fstream>

#include "core/error.h"
#include "core/read_file.h"
#include "data/whole_file.h"
#include "text/json.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr const char *kSchema = "recveil.erase-statistics/1";

constexpr std::size_t kMostBytes = std::size_t{4} << 30;  // of statistics or a map

}  // namespace

recveil_erase_method method_of(const Api &api, const std::string &name) {
  if (name.empty()) return RECVEIL_ERASE_DEFAULT_METHOD;
  std::string names;
  for (recveil_erase_method method = 1; const char *known = api.erase_method_name(method);
       ++method) {
    if (name == known) return method;
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  throw Error(Status::argument, "--method: " + name + " is not one of " + names);
}

Json stale_json(const Api &api, recveil_stale bits) {
  Json out = Json::array();
  for (recveil_stale bit = 1; const char *name = api.stale_name(bit); bit <<= 1) {
    if ((bits & bit) != 0) out.push_back(name);
  }
  return out;
}

recveil_stale stale_bit(const Api &api, const std::string &option, const std::string &name) {
  for (recveil_stale bit = 1; const char *known = api.stale_name(bit); bit <<= 1) {
    if (name == known) return bit;
  }
  std::string names;
  for (const Json &known : stale_json(api, RECVEIL_STALE_ALL)) {
    names += (names.empty() ? "" : ", ") + known.get<std::string>();
  }
  throw Error(Status::argument, option + ": " + name + " is not one of " + names);
}

recveil_matrix matrix_of(std::span<float> numbers, std::size_t cols, std::size_t frozen_tail) {
  recveil_matrix out = RECVEIL_MATRIX_INIT;
  out.data = numbers.data();
  out.n_rows = numbers.size() / cols;
  out.n_cols = cols;
  out.frozen_tail_cols = frozen_tail;
  return out;
}

void write_statistics(const std::string &path, const std::vector<Statistics> &each, Json extra) {
  Json attributes = Json::array();
  for (const Statistics &one : each) {
    attributes.push_back({{"name", one.name}, {"words", one.block.size()}});
  }
  data::WholeFile file(path);
  file.write(Json{{"schema", kSchema}, {"attributes", attributes}, {"extra", extra}}.dump() + "\n");
  for (const Statistics &one : each) {
    file.write({reinterpret_cast<const char *>(one.block.data()),
                one.block.size() * sizeof(std::uint64_t)});
  }
  file.commit();
}

std::vector<Statistics> read_statistics(const Api &api, const std::string &path, Json *extra) {
  const std::string bytes = read_file(path, kMostBytes);
  const std::size_t end = bytes.find('\n');
  const auto refuse = [&](const char *what) { throw Error(Status::data, path + ": " + what); };
  Json head;
  try {
    if (end == bytes.npos) refuse("not a file of statistics");
    head = text::parse_json(std::string_view(bytes).substr(0, end), path);
  } catch (const Error &) {
    refuse("not a file of statistics");
  }
  std::vector<Statistics> out;
  try {
    if (head.at("schema") != kSchema) refuse("not a file of statistics");
    if (extra != nullptr) *extra = head.at("extra");
    std::size_t at = end + 1;
    for (const Json &attribute : head.at("attributes")) {
      const auto n = attribute.at("words").get<std::size_t>();
      if (n > (bytes.size() - at) / sizeof(std::uint64_t)) refuse("is cut short");
      Statistics one{attribute.at("name").get<std::string>(), std::vector<std::uint64_t>(n)};
      std::memcpy(one.block.data(), bytes.data() + at, n * sizeof(std::uint64_t));
      at += n * sizeof(std::uint64_t);
      if (api.erase_stats_check(one.block.data(), n * sizeof(std::uint64_t), nullptr) !=
          RECVEIL_OK) {
        throw Error(Status::data, path + ": " + api.last_error());
      }
      out.push_back(std::move(one));
    }
    if (at != bytes.size() || out.empty()) refuse("is longer than its attributes");
  } catch (const Json::exception &) {
    refuse("not a file of statistics");
  }
  return out;
}

ErasureMap open_map(const std::shared_ptr<const Api> &api, const std::string &path) {
  const std::string bytes = read_file(path, kMostBytes);
  try {
    return ErasureMap::open(api, bytes);
  } catch (const StatusError &error) {
    throw Error(Status::data, path + ": " + error.what());
  }
}

Json describe_map(const Api &api, const ErasureMap &map) {
  const recveil_erase_map_info info = map.info();
  std::string id;
  for (const std::uint8_t byte : info.id) id += fmt::format("{:02x}", byte);
  constexpr const char *kStatus[] = {"unset", "certifiable", "too_small", "absent"};
  Json attributes = Json::array();
  for (std::uint32_t a = 0; a < info.n_attributes; ++a) {
    const recveil_erase_class_info first = map.of_class(a, 0);
    Json classes = Json::array();
    for (std::uint32_t k = 0; k < first.n_classes; ++k) {
      const recveil_erase_class_info each = map.of_class(a, k);
      classes.push_back({{"rows", each.n_rows}, {"status", kStatus[each.status]}});
    }
    attributes.push_back({{"name", first.attribute},
                          {"classes", classes},
                          {"separation", first.separation},
                          {"left_alone", (first.flags & RECVEIL_ERASE_LEFT_ALONE) != 0}});
  }
  return {{"id", id},
          {"method", api.erase_method_name(info.method)},
          {"d", info.d},
          {"needs_classes", (info.flags & RECVEIL_ERASE_NEEDS_CLASSES) != 0},
          {"needs_users", (info.flags & RECVEIL_ERASE_NEEDS_USERS) != 0},
          {"shared_rows", info.n_shared},
          {"cells", info.n_cells},
          {"moved", info.moved},
          {"certifiable", (info.flags & RECVEIL_ERASE_NOT_CERTIFIABLE) == 0},
          {"attributes", attributes}};
}

std::uint64_t peak_rss_bytes() {
  // Not getrusage(): its peak is also that of the program this one was started from.
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

}  // namespace recveil::cli
