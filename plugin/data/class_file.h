// A file of classes, one row a person and one column an attribute, read in step with a file of
// rows: .npy of whole numbers, or CSV under a line of names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace recveil::data {

constexpr std::int32_t kUnknownClass = -1;

// A class is a number from 0 to 65535 (1.0 is 1); -1, or in CSV an empty field, is an unknown one
// (as pandas numbers categories). The separator of a CSV is the comma, tab or semicolon in its line
// of names. A column of 8 rows and more in which every row is greater than the one before is an
// error: it holds ids.
class ClassFile {
 public:
  virtual ~ClassFile() = default;

  // The attributes read, in the order of the columns asked for.
  virtual const std::vector<std::string> &names() const = 0;
  virtual void skip(std::uint64_t rows) = 0;
  // Appends nothing and overwrites `out` with count x names() classes, row by row. Throws
  // Error(data), naming file, line and field, for one that is no class or if the file has fewer
  // rows.
  virtual void next(std::size_t count, std::vector<std::int32_t> &out) = 0;
  // Throws Error(data) unless all rows have been read.
  virtual void finish() = 0;
};

// columns: names from the first line of a CSV, column numbers of a .npy; empty: all. Throws
// Error(io or data).
std::unique_ptr<ClassFile> open_class_file(const std::string &path,
                                           const std::vector<std::string> &columns);

}  // namespace recveil::data
