// Times as files write them, see data/fields.h.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

#include "data/fields.h"

namespace recveil::data {
namespace {

constexpr const char *kNoTime = "is neither Unix seconds nor a date of ISO 8601";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads a text from its front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  // The number that `digits` digits are, no more of them following; nullopt if there are not so
  // many.
  std::optional<int> digits(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(text_[i])) return std::nullopt;
      value = 10 * value + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  bool skip_digits() {
    const std::size_t count = std::min(text_.find_first_not_of("0123456789"), text_.size());
    text_.remove_prefix(count);
    return count > 0;
  }

 private:
  std::string_view text_;
};

bool is_date(int year, int month, int day) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

// Days from 1970-01-01 in the Gregorian calendar. Source: Howard Hinnant, chrono-Compatible
// Low-Level Date Algorithms, days_from_civil.
std::int64_t days_since_1970(int year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// The seconds of hh:mm[:ss[.fraction]]; a leap second counts as the one after it.
std::optional<std::int64_t> time_of_day(Scanner &scanner) {
  const auto hour = scanner.digits(2);
  if (!hour || *hour > 23 || !scanner.take(":")) return std::nullopt;
  const auto minute = scanner.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  int seconds = 0;
  if (scanner.take(":")) {
    const auto second = scanner.digits(2);
    if (!second || *second > 60) return std::nullopt;
    seconds = *second;
    if ((scanner.take(".") || scanner.take(",")) && !scanner.skip_digits()) return std::nullopt;
  }
  return *hour * 3600 + *minute * 60 + seconds;
}

// The seconds that the text's clock is ahead of UTC: Z, +01:00, -0530, +01; nothing is UTC.
std::optional<std::int64_t> offset(Scanner &scanner) {
  const bool blank = scanner.take(" ");
  if (scanner.take("Z") || scanner.take("z") || scanner.take("UTC") || scanner.take("GMT"))
    return 0;
  const bool ahead = scanner.take("+");
  if (!ahead && !scanner.take("-")) return blank ? std::nullopt : std::optional<std::int64_t>(0);
  const auto hours = scanner.digits(2);
  if (!hours || *hours > 14) return std::nullopt;
  const bool colon = scanner.take(":");
  const auto minutes = scanner.digits(2);
  if ((colon && !minutes) || (minutes && *minutes > 59)) return std::nullopt;
  scanner.take(" UTC");  // as Go writes times
  const std::int64_t seconds = *hours * 3600 + minutes.value_or(0) * 60;
  return ahead ? seconds : -seconds;
}

const char *parse_date(std::string_view text, std::int64_t &value) {
  Scanner scanner(text);
  const auto year = scanner.digits(4);
  const char *mark = scanner.take("-") ? "-" : "/";
  if (*mark == '/' && !scanner.take("/")) return kNoTime;
  const auto month = scanner.digits(2);
  if (!month || !scanner.take(mark)) return kNoTime;
  const auto day = scanner.digits(2);
  if (!year || !day) return kNoTime;
  if (!is_date(*year, *month, *day)) return "is no date";
  std::int64_t seconds = days_since_1970(*year, *month, *day) * 86400;
  if (!scanner.done()) {
    if (!scanner.take("T") && !scanner.take("t") && !scanner.take(" ")) return kNoTime;
    const auto of_day = time_of_day(scanner);
    if (!of_day) return "is no time of day";
    const auto ahead = offset(scanner);
    if (!ahead || !scanner.done()) return "ends in what is neither Z nor an offset such as +02:00";
    seconds += *of_day - *ahead;
  }
  if (seconds < 0) return "is before 1970";
  value = seconds;
  return nullptr;
}

// A whole number of units since 1970, told by its size; only times after 1973 are told right.
std::int64_t in_seconds(std::int64_t number) {
  constexpr std::int64_t kSeconds = 100'000'000'000;
  if (number < kSeconds) return number;
  std::int64_t unit = 1000;
  if (number >= kSeconds * 1'000'000) {
    unit = 1'000'000'000;
  } else if (number >= kSeconds * 1000) {
    unit = 1'000'000;
  }
  return number / unit;
}

// 20240111 is also the 23rd of August 1970 in seconds, when nobody recommended anything.
bool may_be_a_date(std::string_view text) {
  if (text.size() != 8) return false;
  Scanner scanner(text);
  const auto year = scanner.digits(4), month = scanner.digits(2), day = scanner.digits(2);
  return year && month && day && *year >= 1900 && *year < 2200 && is_date(*year, *month, *day);
}

// Seconds with decimals, or with an exponent. Not inline: whole numbers are what is common.
[[gnu::noinline]] const char *parse_decimals(std::string_view text, std::int64_t &value) {
  const char *first = text.data(), *last = text.data() + text.size();
  double number = 0;
  const auto read = std::from_chars(first, last, number);
  if (read.ptr != last || !std::isfinite(number)) return kNoTime;
  if (read.ec != std::errc() || std::abs(number) >= 9.2e18) return "is out of range";
  if (number < 0) return "is negative";
  if (number > 20'000 && number < 80'000) {  // of the years 1954 to 2119
    return "is a day number of a spreadsheet; write 2024-01-11 10:00:01";
  }
  value = in_seconds(static_cast<std::int64_t>(number));
  return nullptr;
}

}  // namespace

const char *parse_time(std::string_view text, std::int64_t &value) {
  if (text.empty()) return "is empty";
  const char *first = text.data(), *last = text.data() + text.size();
  std::int64_t whole = 0;
  const auto read = std::from_chars(first, last, whole);
  if (read.ec == std::errc() && read.ptr == last) {
    if (text.size() > 1 && text[0] == '0') return "has a leading zero";
    if (whole < 0) return "is negative";
    if (may_be_a_date(text)) return "is a date without hyphens; write 2024-01-11";
    value = in_seconds(whole);
    return nullptr;
  }
  if (text.size() > 5 && (text[4] == '-' || text[4] == '/')) return parse_date(text, value);
  return parse_decimals(text, value);
}

}  // namespace recveil::data
