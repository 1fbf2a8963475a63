// The file of a screening model: the ids of its items, its scale, and the library's own bytes.
#pragma once

#include <string>
#include <vector>

namespace recveil::cli {

struct ScreenFile {
  std::string method, data;  // what it was trained by and on
  std::vector<std::string> items;
  std::size_t n_items = 0;  // of the model: beyond `items` are places for items that are new
  bool rated = false;
  float rating_min = 0, rating_max = 0;
  std::string key;  // of the hashes of its accounts, hexadecimal (screen/key.h)
  std::string model;
};

// Whole or not at all. Both throw std::runtime_error naming the path.
std::string screen_file_bytes(const ScreenFile &file);
ScreenFile read_screen_file(const std::string &path);

}  // namespace recveil::cli
