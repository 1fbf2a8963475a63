// open_row_file() on any bytes, .npy or text: rows of finite numbers that are written back as they
// were where nothing changed, or recveil::Error. The first byte says how text is laid out.
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/row_file.h"
#include "require.h"
#include "support/data_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using recveil::fuzz::require;
  if (size == 0) return 0;
  static const recveil::support::TempFolder folder;
  const std::string_view input(reinterpret_cast<const char *>(bytes) + 1, size - 1);
  const std::string path = folder.write("rows", input);
  recveil::data::CsvShape shape;
  shape.separator = (bytes[0] & 1) != 0 ? "\t" : ",";
  shape.header = (bytes[0] & 2) != 0;
  if ((bytes[0] & 4) != 0) shape.id_columns = bytes[0] >> 3 & 3;
  try {
    const auto file = recveil::data::open_row_file(path, shape);
    require(file->cols() > 0, "no columns");
    recveil::data::RawRows rows;
    std::vector<float> scratch;
    std::vector<char> text;
    for (std::uint64_t row = 0; file->next(3, rows) && row < 100; row += rows.count) {
      require(rows.first == row && rows.count > 0 && rows.count <= 3, "the number of rows");
      const std::vector<char> before = rows.bytes;
      const std::span<float> numbers = file->numbers(rows, scratch);
      require(numbers.size() == rows.count * file->cols(), "the number of numbers");
      for (const float number : numbers) require(std::isfinite(number), "a number");
      const std::vector<std::uint8_t> none(rows.count, 0), all(rows.count, 1);
      const auto same = file->text(rows, numbers, none, text);
      require(std::string_view(same.data(), same.size()) ==
                  std::string_view(before.data(), before.size()),
              "rows that did not change");
      const auto changed = file->text(rows, numbers, all, text);
      require(!changed.empty(), "rows that changed");
    }
  } catch (const recveil::Error &error) {
    recveil::fuzz::require_line(error.what());
  }
  return 0;
}
