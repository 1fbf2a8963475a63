// Rows of a host's table, of float or of double. Digests are of their own bytes; maps compute in
// float, as they do where a matrix of double is erased.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "defense/erase/embeddings.h"
#include "defense/erase/wide_rows.h"

namespace recveil::hooks {

class TableRows {
 public:
  TableRows() = default;
  TableRows(const defense::MutableEmbeddings &of) : of_(of) {}
  TableRows(const defense::WideRows &of) : of_(of) {}
  TableRows(const std::variant<defense::MutableEmbeddings, defense::WideRows> &of) : of_(of) {}

  std::size_t rows() const {
    return std::visit([](const auto &of) { return of.rows; }, of_);
  }
  // Columns of the embedding.
  std::size_t d() const {
    return std::visit([](const auto &of) { return of.d(); }, of_);
  }
  // The embedding of a row as it lies there.
  std::span<const unsigned char> bytes(std::size_t row) const {
    return std::visit([&](const auto &of) { return bytes_of(of.row(row), of.d()); }, of_);
  }
  // to[0 .. d) = the row, rounded: a double too large for a float becomes infinite.
  void read(std::size_t row, float *to) const {
    std::visit(
        [&](const auto &of) {
          for (std::size_t c = 0; c < of.d(); ++c) to[c] = static_cast<float>(of.row(row)[c]);
        },
        of_);
  }
  void write(std::size_t row, const float *values) const {
    std::visit([&](const auto &of) { std::copy_n(values, of.d(), of.row(row)); }, of_);
  }
  // Calls f with the bytes that write() would leave.
  template <typename F>
  auto with_bytes_of(const float *values, F f) const {
    if (std::holds_alternative<defense::MutableEmbeddings>(of_)) return f(bytes_of(values, d()));
    const std::vector<double> wide(values, values + d());
    return f(bytes_of(wide.data(), d()));
  }

 private:
  template <typename T>
  static std::span<const unsigned char> bytes_of(const T *values, std::size_t n) {
    return {reinterpret_cast<const unsigned char *>(values), n * sizeof(T)};
  }

  std::variant<defense::MutableEmbeddings, defense::WideRows> of_;
};

}  // namespace recveil::hooks
