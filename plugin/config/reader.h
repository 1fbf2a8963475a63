// Reads typed values out of a YAML map and refuses whatever nobody asked for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/yaml_tree.h"

namespace recveil::config {

// One map of the configuration. Every key read is remembered as known; finish() refuses the others
// with the nearest known key. All errors: Error(config) "NAME:LINE: path.key: what is wrong".
class Reader {
 public:
  // map: outlives the reader. path: "" or "serving.".
  Reader(const YamlNode &map, std::string name, std::string path);

  bool has(std::string_view key);
  void read(std::string_view key, bool &value);
  void read(std::string_view key, std::string &value);  // not empty
  void read(std::string_view key, double &value, double above, double at_most);
  void read(std::string_view key, std::uint64_t &value, std::uint64_t min, std::uint64_t max);
  // A list of different whole numbers below 2^32 - 1, sorted; at most `most`.
  void read(std::string_view key, std::vector<std::uint32_t> &values, std::size_t most);
  // names: the allowed words, in order of the enum's values from `first`.
  template <class Enum>
  void read(std::string_view key, Enum &value, std::span<const std::string_view> names,
            std::size_t first = 0) {
    std::size_t index = static_cast<std::size_t>(value) - first;
    read_word(key, index, names);
    value = static_cast<Enum>(first + index);
  }
  // The map under a key, or an empty one.
  Reader map(std::string_view key);

  void finish() const;
  // Refuses the value of a key that was read, or the map itself where the key is absent.
  [[noreturn]] void refuse(std::string_view key, const std::string &what) const;

 private:
  const YamlNode *find(std::string_view key);
  const YamlNode *scalar(std::string_view key, const char *expected);
  void read_word(std::string_view key, std::size_t &index, std::span<const std::string_view> names);
  [[noreturn]] void refuse_at(int line, std::string_view key, const std::string &what) const;

  const YamlNode &node_;
  std::string name_, path_;
  std::vector<std::string> known_;
};

// The candidate with the smallest edit distance to `word`, or "" where none is near.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace recveil::config
