// load("csv:...") on any bytes: a consistent Dataset or recveil::Error, nothing else. The input is
// the options of the SPEC up to the first line feed, the file up to the first "%%%\n", and the file
// of attributes after it. A file that begins as gzip or xz does is given that ending.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/error.h"
#include "data/load.h"
#include "support/data_folder.h"

namespace {

using recveil::data::Attribute;
using recveil::data::Dataset;

void require(bool holds, const char *what) {
  if (!holds) throw std::logic_error(std::string("load() broke its word: ") + what);
}

// Every sentence of data/dataset.h and core/interactions.h that a program can check.
void check(const Dataset &data) {
  const auto &rows = data.interactions;
  require(rows.n_users() > 0 && rows.n_items > 0, "it is empty");
  require(rows.offsets.front() == 0 && rows.offsets.back() == rows.items.size(), "offsets");
  require(data.user_ids.size() == rows.n_users(), "user_ids");
  require(data.item_ids.size() == rows.n_items, "item_ids");
  require(data.ratings.empty() || data.ratings.size() == rows.size(), "ratings");
  require(data.times.empty() || data.times.size() == rows.size(), "times");
  require(data.injected.empty(), "injected");
  require(std::all_of(data.ratings.begin(), data.ratings.end(),
                      [](float rating) { return std::isfinite(rating); }),
          "a rating that is not finite");
  require(std::set(data.user_ids.begin(), data.user_ids.end()).size() == rows.n_users(),
          "a user id twice");
  require(std::set(data.item_ids.begin(), data.item_ids.end()).size() == rows.n_items,
          "an item id twice");
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    require(rows.offsets[u] < rows.offsets[u + 1], "a user with no interaction");
    const auto row = rows.row(u);
    require(std::set(row.begin(), row.end()).size() == row.size(), "an item twice in a row");
    require(*std::max_element(row.begin(), row.end()) < rows.n_items, "an item out of range");
    for (std::size_t at = rows.offsets[u] + 1; at < rows.offsets[u + 1] && !data.times.empty();
         ++at) {
      require(data.times[at - 1] <= data.times[at], "a row out of order");
    }
  }
  for (const Attribute &attribute : data.attributes) {
    require(attribute.label.size() == rows.n_users(), "labels");
    for (const std::int32_t label : attribute.label) {
      require(label >= -1 && label < static_cast<std::int64_t>(attribute.values.size()), "a label");
    }
  }
}

std::string write(const char *name, std::string_view bytes) {
  const char *ending = bytes.starts_with("\x1F\x8B") ? ".gz"
                       : bytes.starts_with(
                             "\xFD"
                             "7zXZ")
                           ? ".xz"
                           : "";
  static const recveil::support::TempFolder folder;
  return folder.write(std::string(name) + ending, bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char *>(bytes), size);
  const std::size_t options_end = std::min(input.find('\n'), size);
  const std::string_view options = input.substr(0, options_end);
  // Any option may be tried but those that name files of this machine.
  if (options.find("attributes=") != options.npos) return 0;

  const std::string_view text = options_end < size ? input.substr(options_end + 1) : "";
  constexpr std::string_view kMark = "%%%\n";
  const std::size_t text_end = std::min(text.find(kMark), text.size());
  std::string spec = "csv:" + write("file", text.substr(0, text_end)) + "?" + std::string(options);
  if (text_end < text.size()) {
    const std::string users = write("users", text.substr(text_end + kMark.size()));
    spec += (options.empty() ? "attributes=" : "&attributes=") + users;
  }
  try {
    check(recveil::data::load(spec));
  } catch (const recveil::Error &error) {
    const std::string_view what = error.what();
    require(!what.empty() && what.find('\n') == what.npos, "an error that is not one line");
  }
  return 0;
}
