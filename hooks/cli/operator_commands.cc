#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "core/read_file.h"
#include "library.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

constexpr std::size_t kMostConfig = 1 << 20;  // that an engine takes

}  // namespace

void add_operator_commands(CLI::App &app, Context &context) {
  CLI::App *config = app.add_subcommand("config", "Configuration files");
  config->require_subcommand(1);
  CLI::App *check_config =
      config->add_subcommand("check", "Check a configuration and the key file it names");
  const auto path = std::make_shared<std::string>();
  check_config->add_option("FILE", *path, "the configuration, YAML")->required();
  check_config->callback([&context, path] {
    context.run = [&context, path] {
      const auto api = load_library(context.library);
      const std::string yaml = read_file(*path, kMostConfig);
      check(*api, api->config_check(yaml.data(), yaml.size(), path->c_str()));
      fmt::print("{}: ok\n", *path);
      return 0;
    };
  });

  CLI::App *key = app.add_subcommand("key", "Key files");
  key->require_subcommand(1);
  CLI::App *generate = key->add_subcommand(
      "generate", "Make a key file: 32 random bytes that only their owner may read");
  generate->add_option("FILE", *path, "where; an existing file is never overwritten")->required();
  generate->callback([&context, path] {
    context.run = [&context, path] {
      const auto api = load_library(context.library);
      check(*api, api->key_generate(path->c_str()));
      fmt::print(
          "{}: a new key. Copy it to every server of this recommender and keep it as long as "
          "the model lineage lives.\n",
          *path);
      return 0;
    };
  });

  CLI::App *version = app.add_subcommand("version", "The version of the library in use");
  const auto json = std::make_shared<bool>(false);
  version->add_flag("--json", *json, "print one JSON object");
  version->callback([&context, json] {
    context.run = [&context, json] {
      const auto api = load_library(context.library);
      if (*json) {
        fmt::print("{}\n", nlohmann::json{{"version", api->version()},
                                          {"abi", api->abi_version()},
                                          {"library", context.library}}
                               .dump());
      } else {
        fmt::print("recveil {} (ABI {}), {}\n", api->version(), api->abi_version(),
                   context.library);
      }
      return 0;
    };
  });
}

}  // namespace recveil::cli
