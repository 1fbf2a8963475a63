// A strict reader of the Prometheus text format, version 0.0.4: what a scraper must be able to rely
// on.
#pragma once

#include <cctype>
#include <cstddef>
#include <limits>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace recveil::support {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};
struct Family {
  std::string help, type;
  std::vector<Sample> samples;
};
using Families = std::map<std::string, Family>;

[[noreturn]] inline void not_prometheus(const std::string &what, const std::string &line) {
  throw std::runtime_error(what + ": " + line);
}

// The characters of a label value or a help text, with \\ and \n (and \" in a label) undone.
inline std::string unescaped(const std::string &text, bool label) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (label && text[i] == '"') not_prometheus("a bare quote", text);
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char next = ++i < text.size() ? text[i] : '\0';
    if (next != '\\' && next != 'n' && !(label && next == '"')) not_prometheus("an escape", text);
    out += next == 'n' ? '\n' : next;
  }
  return out;
}

inline Sample parse_sample(const std::string &line) {
  static const std::regex kSample(
      R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([+-]?(?:[0-9.eE+-]+|Inf|NaN)))");
  static const std::regex kLabel(R"re(([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(,|$))re");
  std::smatch match;
  if (!std::regex_match(line, match, kSample)) not_prometheus("no sample", line);
  Sample sample{match[1], {}, 0};
  const std::string value = match[3], labels = match[2];
  sample.value = value == "+Inf" ? std::numeric_limits<double>::infinity() : std::stod(value);
  auto at = labels.cbegin();
  for (; at != labels.cend(); at += match.length(0)) {
    if (!std::regex_search(at, labels.cend(), match, kLabel,
                           std::regex_constants::match_continuous)) {
      not_prometheus("no label", line);
    }
    if (match[1].str().rfind("__", 0) == 0) not_prometheus("a reserved label", line);
    if (!sample.labels.emplace(match[1], unescaped(match[2], true)).second) {
      not_prometheus("a label twice", line);
    }
  }
  return sample;
}

// Buckets cumulative and rising, the last +Inf and equal to _count, and a _sum.
inline void check_histogram(const std::string &name, const Family &family) {
  double last_bound = -std::numeric_limits<double>::infinity(), last = 0, count = -1;
  bool sum = false;
  for (const Sample &sample : family.samples) {
    if (sample.name == name + "_bucket") {
      const std::string le = sample.labels.at("le");
      const double bound = le == "+Inf" ? std::numeric_limits<double>::infinity() : std::stod(le);
      if (!(bound > last_bound)) not_prometheus("bounds do not rise", name);
      if (sample.value < last) not_prometheus("buckets are not cumulative", name);
      last_bound = bound;
      last = sample.value;
    }
    if (sample.name == name + "_count") count = sample.value;
    sum = sum || sample.name == name + "_sum";
  }
  if (last_bound != std::numeric_limits<double>::infinity() || count != last || !sum) {
    not_prometheus("no +Inf bucket that is the count, or no sum", name);
  }
}

// Throws std::runtime_error naming the first line that breaks a rule.
inline Families parse_prometheus(const std::string &text) {
  static const std::regex kHead(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
  Families families;
  std::string current, line;
  if (!text.empty() && text.back() != '\n') not_prometheus("no newline at the end", "");
  std::istringstream lines(text);
  while (std::getline(lines, line)) {
    if (line.rfind("#", 0) == 0) {
      std::smatch match;
      if (!std::regex_match(line, match, kHead)) not_prometheus("no head", line);
      if (match[2] != current && families.contains(match[2])) not_prometheus("again", line);
      current = match[2];
      Family &family = families[current];
      std::string &field = match[1] == "HELP" ? family.help : family.type;
      if (!field.empty() || !family.samples.empty()) not_prometheus("twice or late", line);
      field = match[1] == "HELP" ? unescaped(match[3], false) : match[3].str();
      continue;
    }
    const Sample sample = parse_sample(line);
    Family &family = families[current];
    const std::string tail =
        sample.name.rfind(current, 0) == 0 ? sample.name.substr(current.size()) : "?";
    const bool part = tail == "_bucket" || tail == "_sum" || tail == "_count";
    if (family.type == "histogram" ? !part : !tail.empty()) not_prometheus("no head for", line);
    for (const Sample &other : family.samples) {
      if (other.name == sample.name && other.labels == sample.labels) not_prometheus("twice", line);
    }
    family.samples.push_back(sample);
  }
  for (const auto &[name, family] : families) {
    if (family.type == "histogram") check_histogram(name, family);
  }
  return families;
}

}  // namespace recveil::support
