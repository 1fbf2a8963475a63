// A report's file: whole or not at all.
#pragma once

#include <fstream>
#include <string>

namespace recveil::cli {

// Opened before an audit runs, so that a path that cannot be written is refused at once. Nothing
// appears at `path` until commit(), and an earlier file there stays; the text is written next to it
// under another name and renamed. Errors: std::runtime_error naming the path.
class ReportFile {
 public:
  // Also refuses a path at which there is something that is not an ordinary file (a folder,
  // /dev/stdout): a rename would replace it.
  explicit ReportFile(const std::string &path);
  ~ReportFile();
  ReportFile(const ReportFile &) = delete;
  ReportFile &operator=(const ReportFile &) = delete;

  void commit(const std::string &text);

 private:
  std::string path_, name_;  // name_: the other name; empty once committed
  std::ofstream file_;
};

}  // namespace recveil::cli
