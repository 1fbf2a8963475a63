#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/error.h"
#include "journal/types.h"

namespace recveil::journal {
namespace {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<Kind, 4> kinds{{{Kind::erase, "erase"},
                                {Kind::attribute, "attribute"},
                                {Kind::rectify, "rectify"},
                                {Kind::object, "object"}}};
constexpr Names<State, kStates> states{{{State::received, "received"},
                                        {State::held, "held"},
                                        {State::applying, "applying"},
                                        {State::verifying, "verifying"},
                                        {State::publishing, "publishing"},
                                        {State::completed, "completed"},
                                        {State::rejected, "rejected"},
                                        {State::cancelled, "cancelled"},
                                        {State::noop, "noop"},
                                        {State::failed, "failed"}}};
constexpr Names<Regulation, 4> regulations{{{Regulation::none, "none"},
                                            {Regulation::gdpr, "gdpr"},
                                            {Regulation::ccpa, "ccpa"},
                                            {Regulation::other, "other"}}};
constexpr Names<LabelPolicy, 3> policies{
    {{LabelPolicy::leace, "leace"}, {LabelPolicy::sealed, "sealed"}, {LabelPolicy::host, "host"}}};

template <class Enum, std::size_t N>
std::string_view name_in(const Names<Enum, N> &names, Enum value) noexcept {
  for (const auto &[known, name] : names) {
    if (known == value) return name;
  }
  return "unknown";
}

template <class Enum, std::size_t N>
Enum value_in(const Names<Enum, N> &names, std::string_view name, const char *what) {
  std::string all;
  for (const auto &[value, known] : names) {
    if (known == name) return value;
    all += (all.empty() ? "" : ", ") + std::string(known);
  }
  throw Error(Status::argument, std::string(what) + ": must be one of " + all);
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  return name_in(kinds, kind);
}
std::string_view name_of(State state) noexcept {
  return name_in(states, state);
}
std::string_view name_of(Regulation regulation) noexcept {
  return name_in(regulations, regulation);
}
std::string_view name_of(LabelPolicy policy) noexcept {
  return name_in(policies, policy);
}
Kind kind_from_name(std::string_view name) {
  return value_in(kinds, name, "kind");
}
State state_from_name(std::string_view name) {
  return value_in(states, name, "state");
}
Regulation regulation_from_name(std::string_view name) {
  return value_in(regulations, name, "regulation");
}
LabelPolicy label_policy_from_name(std::string_view name) {
  return value_in(policies, name, "label policy");
}

RequestId parse_uuid(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  RequestId id{};
  std::size_t n = 0;
  bool good = text.size() == 36;
  for (std::size_t i = 0; good && i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      good = text[i] == '-';
      continue;
    }
    const int value = digit(text[i]);
    good = value >= 0;
    if (good) {
      id[n / 2] = static_cast<unsigned char>(id[n / 2] << 4 | value);
      ++n;
    }
  }
  if (!good) {
    throw Error(Status::argument,
                "request id: not a UUID such as f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  }
  return id;
}

std::string format_uuid(const RequestId &id) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += digits[id[i] >> 4];
    out += digits[id[i] & 15];
  }
  return out;
}

}  // namespace recveil::journal
