#include "audit/request_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace recveil::cli {
namespace {

using Json = nlohmann::json;
using request::Key;
using request::Kind;

std::string option_of(const Key &key) {
  if (!key.option.empty()) return std::string(key.option);
  std::string out = "--" + std::string(key.name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

bool is_list(const Key &key) {
  return key.kind == Kind::words || key.kind == Kind::numbers;
}

std::string spaced(std::string_view names, char separator) {
  std::string out;
  for (const char c : names) out += c == separator ? std::string(", ") : std::string(1, c);
  return out;
}

// What it is, what it may be, and what it is if it is not given.
std::string help_of(const Key &key) {
  std::string out(key.what);
  if (key.kind == Kind::flag) return out;
  if (key.most > 0) {
    out += fmt::format("; from {:.10g} to {:.10g}", key.least, key.most);
    if (!key.choices.empty()) out += " or " + std::string(key.choices);
  } else if (!key.choices.empty()) {
    out += (is_list(key) ? "; of " : "; one of ") + spaced(key.choices, ' ');
  }
  if (!key.fallback.empty()) out += " (default: " + spaced(key.fallback, ',') + ")";
  return out;
}

template <class Number>
bool parse(const std::string &text, Number &out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

Json value_of(const Key &key, const std::string &option, const std::string &text) {
  if (key.kind == Kind::text || key.kind == Kind::word || key.kind == Kind::words) return text;
  std::uint64_t whole = 0;
  if (parse(text, whole)) return whole;
  double number = 0;
  if (key.kind == Kind::number && parse(text, number)) return number;
  if (key.kind == Kind::numbers && text == key.choices) return text;
  throw CLI::ValidationError(option, fmt::format("\"{}\" is not a {}number", text,
                                                 key.kind == Kind::number ? "" : "whole "));
}

}  // namespace

RequestOptions::RequestOptions(CLI::App &command, const char *audit) : audit_(audit) {
  for (const Key &key : request::keys_of(audit)) {
    if (key.option == "-") continue;
    Given &given = options_.emplace_back(Given{key, option_of(key), nullptr, {}});
    const std::string help = help_of(key);
    const bool is_number = key.most > 0 && key.choices.empty();
    if (key.kind == Kind::flag) {
      given.parsed = command.add_flag(given.option, help);
    } else if (is_list(key)) {
      given.parsed = command.add_option(given.option, given.texts, help)->delimiter(',');
    } else {
      given.parsed = command.add_option(given.option, given.texts, help)->expected(1);
    }
    if (is_number) given.parsed->type_name("N");
  }
}

Json RequestOptions::request() const {
  Json out{{"audit", audit_}};
  for (const Given &given : options_) {
    if (given.parsed->count() == 0) continue;
    const std::string name(given.key.name);
    if (given.key.kind == Kind::flag) {
      out[name] = !given.option.starts_with("--no-");
    } else if (is_list(given.key)) {
      for (const std::string &text : given.texts) {
        out[name].push_back(value_of(given.key, given.option, text));
      }
    } else {
      out[name] = value_of(given.key, given.option, given.texts.front());
    }
  }
  return out;
}

std::string RequestOptions::told(const StatusError &error) const {
  std::string text = error.what();
  for (const Given &given : options_) {
    const std::string key = "request." + std::string(given.key.name) + ":";
    if (text.starts_with(key)) return given.option + text.substr(key.size() - 1);
  }
  return text;
}

}  // namespace recveil::cli
