#include "config/config.h"

#include <array>
#include <cmath>

#include "config/reader.h"
#include "config/yaml_tree.h"

namespace recveil::config {
namespace {

using Words = std::string_view;
constexpr std::array<Words, 2> kModes{"popularity", "popularity_randomization"};
constexpr std::array<Words, 3> kOnError{"pool", "closed", "open"};
constexpr std::array<Words, 3> kTreatments{"pool", "host", "refuse"};

std::string resolve(const std::string &path, const std::string &folder) {
  return path.front() == '/' || folder.empty() ? path : folder + "/" + path;
}

void read_small(Reader &reader, std::string_view key, std::uint32_t &value, std::uint64_t min,
                std::uint64_t max) {
  std::uint64_t wide = value;
  reader.read(key, wide, min, max);
  value = static_cast<std::uint32_t>(wide);
}

ServePolicy read_serving(Reader reader) {
  ServePolicy policy;
  reader.read("mode", policy.mode, kModes);
  read_small(reader, "list_length", policy.list_length, 1, 1000);
  reader.read("ratio", policy.ratio, 0, 1);
  read_small(reader, "epoch_seconds", policy.epoch_seconds, 1, 366 * 86400);
  reader.read("on_error", policy.on_error, kOnError);
  reader.read("quarantined", policy.quarantined, kTreatments);
  reader.read("erased", policy.erased, kTreatments);
  reader.read("dry_run", policy.dry_run);
  reader.read("max_pool_age_seconds", policy.max_pool_age_seconds, 0, UINT32_MAX);
  reader.finish();
  if (policy.list_length / policy.ratio > static_cast<double>(kMaxPool)) {
    reader.refuse("ratio", "list_length / ratio must be at most " + std::to_string(kMaxPool) +
                               " pool items, not " +
                               std::to_string(static_cast<std::uint64_t>(
                                   std::ceil(policy.list_length / policy.ratio))));
  }
  return policy;
}

}  // namespace

Config parse(std::string_view yaml, const std::string &name, const std::string &folder) {
  const YamlNode root = parse_yaml(yaml, name);
  Config config;
  Reader top(root, name, "");
  if (root.kind != YamlNode::Kind::map && root.kind != YamlNode::Kind::null) {
    top.refuse("config", "must be a map of keys");
  }
  config.serving = read_serving(top.map("serving"));

  Reader keys = top.map("keys");
  keys.read("file", config.key_file);
  keys.read("ephemeral", config.ephemeral_key);
  keys.finish();
  top.read("state_dir", config.state_dir);
  top.finish();
  if (config.key_file.empty() == !config.ephemeral_key) {
    top.refuse("keys", config.ephemeral_key
                           ? "give either file or ephemeral, not both"
                           : "missing: give file: PATH (recveil key generate PATH makes one), or "
                             "ephemeral: true to try out");
  }
  if (!config.key_file.empty()) config.key_file = resolve(config.key_file, folder);
  if (!config.state_dir.empty()) {
    if (config.ephemeral_key) {
      top.refuse("state_dir",
                 "needs keys.file: what one ephemeral key wrote no other process reads");
    }
    config.state_dir = resolve(config.state_dir, folder);
  }
  return config;
}

}  // namespace recveil::config
