// NumPy's .npy: the header before the numbers of one array. Source: numpy.lib.format, versions 1.0
// to 3.0, as written by Python 2 and 3. Little-endian numbers alone, no objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace recveil::data {

enum class NpyKind : std::uint8_t { floating, signed_int, unsigned_int, boolean };

struct NpyHeader {
  NpyKind kind = NpyKind::floating;
  std::size_t item_size = 0;         // bytes of a number
  std::vector<std::uint64_t> shape;  // one dimension or two
  std::uint64_t offset = 0;          // of the first number in the file
  bool columns_first = false;        // Fortran order: column after column
  // The header of a file that holds the same array row after row: `offset` bytes, those of this
  // file unless columns_first.
  std::string text;

  std::uint64_t rows() const { return shape.front(); }
  std::uint64_t cols() const { return shape.size() == 2 ? shape.back() : 1; }
  std::uint64_t row_bytes() const { return cols() * item_size; }
};

// The header of the open file `descriptor`, checked against the file's size. Throws Error(data or
// io), naming `path` and what is wrong: not a .npy file (and what it is), big-endian, another type,
// cut short.
NpyHeader read_npy_header(int descriptor, const std::string &path);

}  // namespace recveil::data
