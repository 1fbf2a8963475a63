// What is behind a recveil_erase_map, and rows of a host.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "defense/erase/erasure_map.h"
#include "recveil/erase.h"

struct recveil_erase_map {
  std::shared_ptr<const recveil::defense::ErasureMap> map;
};

namespace recveil::abi {

// A host's classes, rows x attributes row by row, as one column an attribute. Any negative number
// is kUnknown.
class ClassColumns {
 public:
  ClassColumns(const std::int32_t *classes, std::size_t rows, std::size_t attributes);
  std::span<const std::int32_t> operator[](std::size_t attribute) const {
    return {values_.data() + attribute * rows_, rows_};
  }

 private:
  std::size_t rows_;
  std::vector<std::int32_t> values_;
};

// The host's matrix, checked; errors call it "rows".
using Rows = std::variant<defense::MutableEmbeddings, defense::WideRows>;
Rows adopt_rows(const recveil_matrix *given);

// The handle of a new map.
void give_map(defense::ErasureMap map, recveil_erase_map **out);

struct EraseOptions {
  defense::EraseOptions erase;
  std::vector<std::string> names;
  recveil_erase_options given;
};
EraseOptions adopt_erase_options(const recveil_erase_options *given);

}  // namespace recveil::abi
