#include "screen/file.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/read_file.h"
#include "text/json.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;
constexpr const char *kFirstLine = "recveil.screen-model/2\n";

}  // namespace

std::string screen_file_bytes(const ScreenFile &file) {
  const Json head{{"method", file.method},
                  {"data", file.data},
                  {"n_items", file.n_items},
                  {"rated", file.rated},
                  {"rating_min", file.rating_min},
                  {"rating_max", file.rating_max},
                  {"key", file.key},
                  {"items", file.items}};
  return kFirstLine + head.dump(-1, ' ', true) + "\n" + file.model;
}

ScreenFile read_screen_file(const std::string &path) {
  const std::string text = read_file(path, std::size_t{4} << 30);
  const std::string first = kFirstLine;
  const std::size_t end = text.find('\n', first.size());
  if (!text.starts_with(first) || end == std::string::npos) {
    throw std::runtime_error(path + ": not a screening model of `recveil screen train`");
  }
  ScreenFile out;
  try {
    const Json head =
        text::parse_json(std::string_view(text).substr(first.size(), end - first.size()), path);
    out.method = head.at("method");
    out.data = head.at("data");
    out.n_items = head.at("n_items");
    out.rated = head.at("rated");
    out.rating_min = head.at("rating_min");
    out.rating_max = head.at("rating_max");
    out.key = head.at("key");
    out.items = head.at("items").get<std::vector<std::string>>();
  } catch (const std::exception &) {
    throw std::runtime_error(path + ":2: damaged");
  }
  if (out.items.size() > out.n_items) throw std::runtime_error(path + ":2: damaged");
  out.model = text.substr(end + 1);
  return out;
}

}  // namespace recveil::cli
