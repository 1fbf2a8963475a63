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

namespace recveil::cli {

struct EraseOptions {
  std::string embeddings, classes, map, output;  // files
  std::vector<std::string> attributes;           // columns of `classes`; empty: all
  std::string method = "gaussian_transport";
  std::vector<std::uint32_t> n_classes;  // empty: as found
  std::vector<std::string> merge;        // files of statistics
  std::string statistics_out;
  std::uint64_t seed = 1;
  std::size_t sample = 200'000;  // rows held in memory, for methods that need them
  std::size_t frozen_tail = 0;
  data::CsvShape csv;
  unsigned threads = 1;
  bool restart = false, json = false;
};

int run_erase_fit(const Api &api, const EraseOptions &options);
int run_erase_apply(const Api &api, const EraseOptions &options);

// Rows, told to the library as a matrix of its own.
recveil_matrix matrix_of(std::span<float> numbers, std::size_t cols, std::size_t frozen_tail);

// The statistics of one attribute, with its name.
struct Statistics {
  std::string name;
  std::vector<double> block;
};

// A file of statistics: a line of JSON that names the attributes, then their blocks. It appears
// whole or not at all. Reading throws Error(data), naming `path`, for what is none.
void write_statistics(const std::string &path, const std::vector<Statistics> &each,
                      nlohmann::json extra = nlohmann::json::object());
std::vector<Statistics> read_statistics(const Api &api, const std::string &path,
                                        nlohmann::json *extra = nullptr);

// A map that closes itself, and what it says of itself as JSON.
using Map = std::unique_ptr<recveil_erase_map, void (*)(recveil_erase_map *)>;
Map open_map(const Api &api, const std::string &path);
nlohmann::json describe_map(const Api &api, const recveil_erase_map *map);

// The most memory this process has held.
std::uint64_t peak_rss_bytes();

}  // namespace recveil::cli
