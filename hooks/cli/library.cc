#include "library.h"

#include <boost/dll/runtime_symbol_info.hpp>
#include <filesystem>

namespace recveil::cli {

std::shared_ptr<const Api> load_library(std::string &path) {
  if (path.empty()) {
    const auto prefix = boost::dll::program_location().parent_path().parent_path();
    // The build tree has lib/; Debian installs to lib/<triplet>/.
    for (const char *folder : {RECVEIL_LIBRARY_FOLDER, "lib"}) {
      const auto candidate = prefix / folder / RECVEIL_LIBRARY_NAME;
      if (std::filesystem::exists(candidate)) {
        path = candidate.string();
        break;
      }
    }
    if (path.empty()) {
      throw std::runtime_error(prefix.string() + ": no " RECVEIL_LIBRARY_NAME
                                                 " here; name it with --library PATH");
    }
  }
  return load(path);
}

}  // namespace recveil::cli
