// What `recveil erase` reads and writes: its options, map snapshots and files of statistics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/class_file.h"
#include "data/row_file.h"
#include "library.h"
#include "recveil/erase.hpp"

namespace recveil::cli {

struct EraseOptions {
  std::string embeddings, classes, map, output;  // files
  std::string ids, key;                          // files: whose row each is; the master key
  std::string users = "auto";                    // how ids are users: auto or bytes
  std::vector<std::string> attributes;           // columns of `classes`; empty: all
  std::string method;                            // empty: the library's default
  std::vector<std::uint32_t> n_classes;          // empty: as found
  std::vector<std::string> merge;                // files of statistics
  std::string statistics_out;
  std::uint64_t seed = 1;
  std::size_t sample = 200'000;  // rows held in memory, for methods that need them
  std::size_t frozen_tail = 0;
  data::CsvShape csv;
  unsigned threads = 1;
  bool restart = false, json = false;
};

int run_erase_fit(const std::shared_ptr<const Api> &api, const EraseOptions &options);
int run_erase_apply(const std::shared_ptr<const Api> &api, const EraseOptions &options);

// The method of --method, the library's default if it is empty. Throws Error(argument) that lists
// them.
recveil_erase_method method_of(const Api &api, const std::string &name);
// The names of RECVEIL_STALE_* bits, and the bit of a name that `option` was given. Throws
// Error(argument) that lists them.
nlohmann::json stale_json(const Api &api, recveil_stale bits);
recveil_stale stale_bit(const Api &api, const std::string &option, const std::string &name);

// Rows as the library takes them.
recveil_matrix matrix_of(std::span<float> numbers, std::size_t cols, std::size_t frozen_tail);

// The statistics of one attribute, with its name.
struct Statistics {
  std::string name;
  std::vector<std::uint64_t> block;
};

// A file of statistics: a line of JSON that names the attributes, then their blocks. It appears
// whole or not at all. Reading throws Error(data), naming `path`, for any other file.
void write_statistics(const std::string &path, const std::vector<Statistics> &each,
                      nlohmann::json extra = nlohmann::json::object());
std::vector<Statistics> read_statistics(const Api &api, const std::string &path,
                                        nlohmann::json *extra = nullptr);

// A map in a file, and what it says of itself as JSON.
ErasureMap open_map(const std::shared_ptr<const Api> &api, const std::string &path);
nlohmann::json describe_map(const Api &api, const ErasureMap &map);

// The most memory this process has held.
std::uint64_t peak_rss_bytes();

}  // namespace recveil::cli
