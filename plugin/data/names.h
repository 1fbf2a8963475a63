// The line of names above a table: what it is called, and whether it is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace recveil::data {

// A name as columns are found by it: without the type that RecBole puts after it (user_id:token).
std::string_view without_type(std::string_view name);

// Whether a column called `name` holds what `field` ("user", "item", "rating", "time", ...) is for:
// user, user_id, userId and uid all name the user.
bool names_field(std::string_view name, std::string_view field);

// The column for `field` where none was asked for: the only one of `names` that is called so, or
// nullopt. Throws Error(Status::data) with `where` in front if two are.
std::optional<std::size_t> column_called(std::span<const std::string> names, std::string_view field,
                                         const std::string &where);

// Tells a first line of names that nobody declared from a first row, by looking at the rows after
// it: names are no numbers, and one of them is a word that columns are called by, or stands over
// numbers.
class NamesCheck {
 public:
  // The first line.
  explicit NamesCheck(std::span<const std::string_view> first);
  // The same of each line after it, until done().
  void add(std::span<const std::string_view> row);
  bool done() const { return !suspect_ || rows_ == kRows; }
  // Whether the first line is one of names, by what was added so far.
  bool names() const;
  // The line, for a message: "user", "item".
  const std::string &words() const { return words_; }

 private:
  static constexpr std::size_t kRows = 20, kFewRows = 3;
  bool suspect_ = false, known_ = false;
  std::size_t rows_ = 0;
  std::vector<std::uint8_t> numbers_;  // per column: all rows so far hold a number
  std::string words_;
};

// Whether `text` is a number as files write it.
bool is_number(std::string_view text);

}  // namespace recveil::data
