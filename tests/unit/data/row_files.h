// For the tests of files of rows: a .npy made by hand, and what comes of a file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/row_file.h"
#include "support/data_files.h"

namespace recveil::data {

// A .npy file of version `major` as NumPy writes it.
template <class T>
std::string npy(const std::string &type, const std::string &shape, const std::vector<T> &values,
                int major = 1, const std::string &order = "False") {
  std::string dict =
      "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  const std::size_t prefix = major == 1 ? 10 : 12;
  while ((prefix + dict.size() + 1) % 64 != 0) dict += ' ';
  dict += '\n';
  std::string out("\x93NUMPY", 6);
  out += static_cast<char>(major);
  out += '\0';
  for (std::size_t i = 0; i < prefix - 8; ++i) {
    out += static_cast<char>(dict.size() >> (8 * i) & 255);
  }
  out += dict;
  out.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T));
  return out;
}

// The file's bytes after rows with an odd number have been doubled.
inline std::string doubled(RowFile &file, std::size_t block) {
  std::string out(file.head());
  RawRows rows;
  std::vector<float> numbers;
  std::vector<char> text;
  while (file.next(block, rows)) {
    const std::span<float> values = file.numbers(rows, numbers);
    std::vector<std::uint8_t> changed(rows.count);
    for (std::size_t r = 0; r < rows.count; ++r) {
      changed[r] = (rows.first + r) % 2;
      for (std::size_t c = 0; changed[r] != 0 && c < file.cols(); ++c) {
        values[r * file.cols() + c] *= 2;
      }
    }
    const std::span<const char> bytes = file.text(rows, values, changed, text);
    out.append(bytes.data(), bytes.size());
  }
  return out;
}

// What reading the file fails with, without the folder.
inline std::string error_in(const std::string &name, const std::string &bytes,
                            const CsvShape &shape = {}) {
  const support::TempFolder folder;
  const std::string path = folder.write(name, bytes);
  std::string error = support::error_of([&] { doubled(*open_row_file(path, shape), 64); });
  if (const auto at = error.find(folder.path()); at != error.npos) {
    error.erase(at, folder.path().size() + 1);
  }
  return error;
}

}  // namespace recveil::data
