#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "text/utf8.h"

namespace recveil::config {
namespace {

constexpr std::size_t kMaxDepth = 16;

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string &name) : name_(name) {}
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark &) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    leaf(mark, anchor, {.kind = YamlNode::Kind::null});
  }
  void OnAlias(const YAML::Mark &mark, YAML::anchor_t) override {
    refuse(mark, "aliases are not supported");
  }
  void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                const std::string &value) override {
    refuse_tag(mark, tag);
    YamlNode node{.kind = YamlNode::Kind::scalar, .quoted = tag == "!"};
    node.scalar = value;
    leaf(mark, anchor, std::move(node));
  }
  void OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, anchor, YamlNode::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  // A container being read, and the key whose value comes next.
  struct Open {
    YamlNode node;
    bool has_key = false;
    std::string key{};
    int key_line = 0;
  };

  [[noreturn]] void refuse(const YAML::Mark &mark, const std::string &what) const {
    throw Error(Status::config, name_ + ":" + std::to_string(mark.line + 1) + ": " + shown(what));
  }

  // "?" and "!" are what the parser says of plain and of quoted texts.
  void refuse_tag(const YAML::Mark &mark, const std::string &tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tags are not supported");
  }

  void open(const YAML::Mark &mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (anchor != 0) refuse(mark, "anchors are not supported");
    if (open_.size() >= kMaxDepth) refuse(mark, "nested too deeply");
    if (!open_.empty() && open_.back().node.kind == YamlNode::Kind::map && !open_.back().has_key) {
      refuse(mark, "a key must be a word");
    }
    open_.push_back({.node = {.kind = kind, .line = mark.line + 1}});
  }

  void leaf(const YAML::Mark &mark, YAML::anchor_t anchor, YamlNode node) {
    if (anchor != 0) refuse(mark, "anchors are not supported");
    node.line = mark.line + 1;
    if (!open_.empty() && open_.back().node.kind == YamlNode::Kind::map && !open_.back().has_key) {
      Open &map = open_.back();
      if (node.kind != YamlNode::Kind::scalar) refuse(mark, "a key must be a word");
      const auto same = std::find_if(map.node.entries.begin(), map.node.entries.end(),
                                     [&](const auto &entry) { return entry.key == node.scalar; });
      if (same != map.node.entries.end()) {
        refuse(mark,
               path() + node.scalar + ": given twice, first on line " + std::to_string(same->line));
      }
      map.has_key = true;
      map.key = node.scalar;
      map.key_line = node.line;
      return;
    }
    place(std::move(node));
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    place(std::move(node));
  }

  void place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (Open &parent = open_.back(); parent.node.kind == YamlNode::Kind::map) {
      parent.node.entries.push_back({parent.key, parent.key_line, std::move(node)});
      parent.has_key = false;
    } else {
      parent.node.elements.push_back(std::move(node));
    }
  }

  std::string path() const {
    std::string out;
    for (const Open &container : open_) {
      if (container.has_key) out += container.key + ".";
    }
    return out;
  }

  std::string name_;
  std::vector<Open> open_;
  YamlNode root_;
};

// The text of line `number` (from 0).
std::string_view line_at(std::string_view text, std::size_t number) {
  for (; number > 0 && !text.empty(); --number) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return text.substr(0, text.find('\n'));
}

// What to do about a line that is no YAML because its value begins with a mark of YAML's own.
std::string quote_hint(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == line.npos) return "";
  const std::size_t value = line.find_first_not_of(' ', colon + 1);
  if (value == line.npos || std::string_view("[@%`").find(line[value]) == line.npos) return "";
  return std::string("; put quotes around a value that begins with ") + line[value];
}

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 1000;
  std::string out(text.substr(0, kLongest));
  for (char &c : out) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text.size() > kLongest ? out + "..." : out;
}

YamlNode parse_yaml(std::string_view text, const std::string &name) {
  const auto refuse = [&](std::ptrdiff_t line, const std::string &what) {
    throw Error(Status::config,
                name + ":" + std::to_string(std::max<std::ptrdiff_t>(line, 1)) + ": " + what);
  };
  if (const std::size_t at = text::first_not_utf8(text); at != text.npos) {
    refuse(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1,
           text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")
               ? "is UTF-16; save it as UTF-8"
               : "is not UTF-8");
  }
  if (const std::size_t at = text.find('\0'); at != text.npos) {
    refuse(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1,
           at < 2 ? "is not UTF-8" : "holds a NUL byte");
  }
  std::istringstream stream{std::string(text)};
  YamlNode out{.kind = YamlNode::Kind::null};
  try {
    YAML::Parser parser(stream);
    // Templates leave empty documents before and after the one that says something.
    for (TreeBuilder builder(name); parser.HandleNextDocument(builder);
         builder = TreeBuilder(name)) {
      YamlNode document = builder.take();
      if (document.kind == YamlNode::Kind::null) continue;
      if (out.kind != YamlNode::Kind::null) refuse(document.line, "more than one YAML document");
      out = std::move(document);
    }
  } catch (const YAML::Exception &error) {
    const auto line = static_cast<std::size_t>(std::max(error.mark.line, 0));
    std::string hint = quote_hint(line_at(text, line));
    if (hint.empty() && line > 0) hint = quote_hint(line_at(text, line - 1));
    refuse(error.mark.line + 1, "not YAML: " + shown(error.msg) + hint);
  }
  if (out.kind == YamlNode::Kind::null) return {.kind = YamlNode::Kind::map, .line = 1};
  return out;
}

}  // namespace recveil::config
