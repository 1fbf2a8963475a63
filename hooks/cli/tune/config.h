// The settings of `recveil tune` in words and as configuration.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

// Of an audit of a grid: "cross-fit, 4 folds, floor 5".
std::string setting_name(const nlohmann::json &audit);

// The chosen setting of a report (recveil.tune/1) as configuration of an engine, with comments that
// say why. key_file: for `keys.file`; empty: an ephemeral key, for trying out. REQUIRES: one was
// chosen.
std::string tune_config(const nlohmann::json &report, const std::string &key_file,
                        const std::string &version);

}  // namespace recveil::cli
