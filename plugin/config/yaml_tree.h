// YAML as a tree that knows its lines, and that refuses what would be read two ways: duplicate keys
// (yaml-cpp keeps the first and says nothing), anchors and aliases, several documents, tags.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace recveil::config {

struct YamlNode {
  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  int line = 0;         // from 1
  bool quoted = false;  // a quoted scalar is a string, whatever it looks like
  std::string scalar{};
  struct Entry;
  std::vector<Entry> entries{};      // of a map, in order
  std::vector<YamlNode> elements{};  // of a sequence
};
struct YamlNode::Entry {
  std::string key;
  int line = 0;
  YamlNode value;
};

// Throws Error(config) "NAME:LINE: ...". An empty text is an empty map.
YamlNode parse_yaml(std::string_view text, const std::string &name);

// A text from the configuration as an error may show it: one line, not too long.
std::string shown(std::string_view text);

}  // namespace recveil::config
