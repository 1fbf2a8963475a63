// What is YAML, but would be read two ways, and what is not YAML.
#include <gtest/gtest.h>

#include "config/yaml_tree.h"
#include "config_error.h"

namespace recveil::config {
namespace {

TEST(YamlErrors, ExactTexts) {
  for (const Case &each : std::initializer_list<Case>{
           {"serving: {}\nserving: {}\n", "c.yaml:2: serving: given twice, first on line 1"},
           {"serving:\n  ratio: 0.5\n  list_length: 4\n  ratio: 0.5\n",
            "c.yaml:4: serving.ratio: given twice, first on line 2"},
           {"keys: {file: a, file: b}", "c.yaml:1: keys.file: given twice, first on line 1"},
           {"keys: {'file': a, file: b}", "c.yaml:1: keys.file: given twice, first on line 1"},
           {"\nserving: &a {ratio: 0.5}", "c.yaml:2: anchors are not supported"},
           {"serving: {ratio: &a 0.5}", "c.yaml:1: anchors are not supported"},
           {"&a serving: {ratio: 0.5}", "c.yaml:1: anchors are not supported"},
           {"serving: [&a ~]", "c.yaml:1: anchors are not supported"},
           {"x: &k {a: 1}\nserving: *k", "c.yaml:1: anchors are not supported"},
           {"serving: *a", "c.yaml:1: not YAML: the referenced anchor is not defined"},
           {"serving:\n  ratio: !!float 0.5\n", "c.yaml:2: tags are not supported"},
           {"serving: {mode: !x popularity}", "c.yaml:1: tags are not supported"},
           {"serving: {mode: !x }", "c.yaml:1: tags are not supported"},
           {"- a\n- b\n", "c.yaml:1: config: must be a map of keys"},
           {"[]", "c.yaml:1: config: must be a map of keys"},
           {"serving", "c.yaml:1: config: must be a map of keys"},
           {"? [a]\n: b\n", "c.yaml:1: a key must be a word"},
           {"? {a: b}\n: c\n", "c.yaml:1: a key must be a word"},
           {"~: 5", "c.yaml:1: a key must be a word"},
           {": 5", "c.yaml:1: a key must be a word"},
           {"serving:\n\tratio: 0.5\n", "c.yaml:2: not YAML: illegal map value"},
           {"serving:\n  ratio: 0.5\n list_length: 4\n",
            "c.yaml:3: not YAML: end of map not found"},
           {"serving: {ratio: 0.5", "c.yaml:1: not YAML: end of map flow not found"},
           {"serving: {ratio: 0.5}}", "c.yaml:1: not YAML: illegal flow end"},
           {"\"serving", "c.yaml:1: not YAML: illegal EOF in scalar"},
           {"a: b: c", "c.yaml:1: not YAML: illegal map value"},
           {"serving: @x",
            "c.yaml:1: not YAML: unknown token; put quotes around a value that begins with @"},
       }) {
    EXPECT_EQ(error_of(each.yaml), each.error) << each.yaml;
  }
}

TEST(YamlErrors, TagsOfMapsAndLists) {
  for (const char *yaml :
       {"serving: !!map {ratio: 0.5}\nkeys: {ephemeral: true}",
        "serving: !x {ratio: 0.5}\nkeys: {ephemeral: true}", "!x\nkeys: {ephemeral: true}"}) {
    EXPECT_EQ(error_of(yaml), "c.yaml:1: tags are not supported") << yaml;
  }
  EXPECT_EQ(error_of("keys: {ephemeral: true}\nserving:\n  mode: !!seq [popularity]\n"),
            "c.yaml:3: tags are not supported");
}

TEST(YamlErrors, EmptyDocumentsAndSectionsSayNothing) {
  for (const char *yaml :
       {"keys: {ephemeral: true}\n---\n", "---\n---\nkeys: {ephemeral: true}\n",
        "---\n# nothing\n---\nkeys: {ephemeral: true}\n...\n---\n# nothing\n",
        "keys: {ephemeral: true}\nserving:\n  # mode: popularity\nmetrics: ~\nforget:\n"}) {
    EXPECT_TRUE(parse(yaml, "c.yaml", "").ephemeral_key) << yaml;
  }
}

TEST(YamlErrors, ValuesThatNeedQuotes) {
  const std::string error = error_of("keys: {ephemeral: true}\nmetrics:\n  listen: [::1]:19464\n");
  EXPECT_TRUE(error.starts_with("c.yaml:3: not YAML: ")) << error;
  EXPECT_TRUE(error.ends_with("; put quotes around a value that begins with [")) << error;
  EXPECT_TRUE(
      error_of("keys:\n  file: @k\n").ends_with("; put quotes around a value that begins with @"));
  EXPECT_TRUE(
      error_of("state_dir: %d\n").ends_with("; put quotes around a value that begins with %"));
}

TEST(YamlErrors, TextThatIsNotUtf8) {
  EXPECT_EQ(error_of("keys:\n  file: caf\xE9\n"), "c.yaml:2: is not UTF-8");
  EXPECT_EQ(error_of("\xFF\xFEk"), "c.yaml:1: is UTF-16; save it as UTF-8");
  EXPECT_EQ(error_of(std::string("keys:\n  file: \"a\\\0\"\n", 18)), "c.yaml:2: holds a NUL byte");
}

TEST(YamlErrors, MoreThanOneDocument) {
  for (const char *yaml :
       {"keys: {ephemeral: true}\n---\nserving: {}\n", "keys: {ephemeral: true}\n---\n---\n5\n",
        "keys: {ephemeral: true}\n...\nrubbish"}) {
    const std::string error = error_of(yaml);
    EXPECT_NE(error.find("more than one YAML document"), std::string::npos) << error;
    EXPECT_EQ(error.rfind("c.yaml:", 0), 0u) << error;
    EXPECT_NE(error.find_first_of("1234"), std::string::npos) << error;  // a line
  }
}

std::string nested(int depth, const std::string &open, const std::string &close) {
  std::string out;
  for (int i = 0; i < depth; ++i) out += open;
  out += "1";
  for (int i = 0; i < depth; ++i) out += close;
  return out;
}

TEST(YamlErrors, Depth) {
  EXPECT_NE(error_of(nested(16, "[", "]")), "c.yaml:1: nested too deeply");
  EXPECT_EQ(error_of(nested(17, "[", "]")), "c.yaml:1: nested too deeply");
  EXPECT_EQ(error_of(nested(17, "{a: ", "}")), "c.yaml:1: nested too deeply");
  // Deep enough to end a parser that recurses without a limit; unclosed, too.
  EXPECT_EQ(error_of(nested(20000, "[", "]")), "c.yaml:1: nested too deeply");
  for (const char *open : {"[", "{a: ", "- ", "? ", "[{"}) {
    EXPECT_EQ(error_of(nested(20000, open, "")).rfind("c.yaml:1: ", 0), 0u) << open;
  }
  std::string blocks;
  for (int i = 0; i < 18; ++i) blocks += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(error_of(blocks), "c.yaml:17: nested too deeply");
}

TEST(YamlErrors, BytesThatAreNoText) {
  for (const std::string &yaml :
       {std::string("keys: {ephemeral: true}\n\0serving: {}", 36), std::string(1, '\0'),
        std::string("\x04: 1"), std::string("%"), std::string("\xff\xfe\x00", 3)}) {
    EXPECT_NE(error_of(yaml), "accepted");
  }
}

TEST(YamlTree, KnowsLinesKindsAndQuotes) {
  const YamlNode root = parse_yaml("a: 'x'\nb:\n  - 1\n  - ~\nc: {d: y}\n", "t");
  ASSERT_EQ(root.kind, YamlNode::Kind::map);
  ASSERT_EQ(root.entries.size(), 3u);
  EXPECT_EQ(root.entries[0].key, "a");
  EXPECT_EQ(root.entries[0].value.scalar, "x");
  EXPECT_TRUE(root.entries[0].value.quoted);
  const YamlNode &list = root.entries[1].value;
  EXPECT_EQ(root.entries[1].line, 2);
  ASSERT_EQ(list.kind, YamlNode::Kind::sequence);
  ASSERT_EQ(list.elements.size(), 2u);
  EXPECT_EQ(list.elements[0].scalar, "1");
  EXPECT_FALSE(list.elements[0].quoted);
  EXPECT_EQ(list.elements[0].line, 3);
  EXPECT_EQ(list.elements[1].kind, YamlNode::Kind::null);
  EXPECT_EQ(root.entries[2].value.entries.at(0).value.scalar, "y");
  EXPECT_EQ(root.entries[2].value.line, 5);
  EXPECT_EQ(parse_yaml("", "t").kind, YamlNode::Kind::map);
}

}  // namespace
}  // namespace recveil::config
