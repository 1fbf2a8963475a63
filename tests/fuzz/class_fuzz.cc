// open_class_file() on any bytes, text or .npy: classes in their range, or recveil::Error.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/class_file.h"
#include "require.h"
#include "support/data_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  static const recveil::support::TempFolder folder;
  const std::string_view input(reinterpret_cast<const char *>(bytes), size);
  const std::string path = folder.write("classes", input);
  try {
    const auto file = recveil::data::open_class_file(path, {});
    std::vector<std::int32_t> classes;
    for (int block = 0; block < 4; ++block) {  // three rows at a time, until there are no more
      file->next(3, classes);
      recveil::fuzz::require(classes.size() == 3 * file->names().size(), "the number of classes");
      for (const std::int32_t value : classes) {
        recveil::fuzz::require(value >= -1 && value <= 65535, "a class");
      }
    }
    file->finish();
  } catch (const recveil::Error &error) {
    recveil::fuzz::require_line(error.what());
  }
  return 0;
}
