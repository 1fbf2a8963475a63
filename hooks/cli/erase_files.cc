#include "erase_files.h"

#include <fmt/core.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "core/error.h"
#include "data/whole_file.h"
#include "text/json.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr const char *kSchema = "recveil.erase-statistics/1";

std::string read_whole(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string out{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw Error(Status::io, path + ": cannot be read");
  return out;
}

const char *method_name(recveil_erase_method method) {
  switch (method) {
    case RECVEIL_ERASE_GAUSSIAN_TRANSPORT:
      return "gaussian_transport";
    case RECVEIL_ERASE_OPTIMAL_TRANSPORT:
      return "optimal_transport";
    default:
      return "leace";
  }
}

}  // namespace

recveil_matrix matrix_of(std::span<float> numbers, std::size_t cols, std::size_t frozen_tail) {
  recveil_matrix out = RECVEIL_MATRIX_INIT;
  out.data = numbers.data();
  out.rows = numbers.size() / cols;
  out.cols = cols;
  out.frozen_tail_cols = frozen_tail;
  return out;
}

void write_statistics(const std::string &path, const std::vector<Statistics> &each, Json extra) {
  Json attributes = Json::array();
  for (const Statistics &one : each) {
    attributes.push_back({{"name", one.name}, {"doubles", one.block.size()}});
  }
  data::WholeFile file(path);
  file.write(Json{{"schema", kSchema}, {"attributes", attributes}, {"extra", extra}}.dump() + "\n");
  for (const Statistics &one : each) {
    file.write(
        {reinterpret_cast<const char *>(one.block.data()), one.block.size() * sizeof(double)});
  }
  file.commit();
}

std::vector<Statistics> read_statistics(const Api &api, const std::string &path, Json *extra) {
  const std::string bytes = read_whole(path);
  const std::size_t end = bytes.find('\n');
  const auto refuse = [&](const char *what) { throw Error(Status::data, path + ": " + what); };
  Json head;
  try {
    head = text::parse_json(std::string_view(bytes).substr(0, end), path);
  } catch (const Error &) {
    refuse("is no file of statistics");
  }
  if (!head.is_object() || head.value("schema", "") != kSchema) refuse("is no file of statistics");
  std::vector<Statistics> out;
  try {
    if (extra != nullptr) *extra = head.at("extra");
    std::size_t at = end + 1;
    for (const Json &attribute : head.at("attributes")) {
      const auto n = attribute.at("doubles").get<std::size_t>();
      if (n > (bytes.size() - at) / sizeof(double)) refuse("is cut short");
      Statistics one{attribute.at("name").get<std::string>(), std::vector<double>(n)};
      std::memcpy(one.block.data(), bytes.data() + at, n * sizeof(double));
      at += n * sizeof(double);
      if (api.erase_stats_check(one.block.data(), n * sizeof(double), nullptr) != RECVEIL_OK) {
        throw Error(Status::data, path + ": " + api.last_error());
      }
      out.push_back(std::move(one));
    }
    if (at != bytes.size() || out.empty()) refuse("is longer than its attributes");
  } catch (const Json::exception &) {
    refuse("is no file of statistics");
  }
  return out;
}

Map open_map(const Api &api, const std::string &path) {
  const std::string bytes = read_whole(path);
  recveil_erase_map *map = nullptr;
  if (api.erase_map_open(bytes.data(), bytes.size(), &map) != RECVEIL_OK) {
    throw Error(Status::data, path + ": " + api.last_error());
  }
  return {map, api.erase_map_close};
}

Json describe_map(const Api &api, const recveil_erase_map *map) {
  recveil_erase_map_info info = RECVEIL_ERASE_MAP_INFO_INIT;
  check(api, api.erase_map_get_info(map, &info));
  std::string id;
  for (const std::uint8_t byte : info.id) id += fmt::format("{:02x}", byte);
  constexpr const char *kStatus[] = {"certifiable", "too_small", "absent"};
  Json attributes = Json::array();
  for (std::uint32_t a = 0; a < info.n_attributes; ++a) {
    Json classes = Json::array();
    recveil_erase_class_info each = RECVEIL_ERASE_CLASS_INFO_INIT;
    for (std::uint32_t k = 0; api.erase_map_get_class(map, a, k, &each) == RECVEIL_OK; ++k) {
      classes.push_back({{"rows", each.rows}, {"status", kStatus[each.status]}});
    }
    attributes.push_back({{"name", each.attribute}, {"classes", classes}});
  }
  return {{"id", id},
          {"method", method_name(info.method)},
          {"d", info.d},
          {"needs_classes", (info.flags & RECVEIL_ERASE_NEEDS_CLASSES) != 0},
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
