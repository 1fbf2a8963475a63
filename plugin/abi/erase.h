// What is behind the opaque handles of recveil/erase.h.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "defense/erase/erasure_map.h"
#include "defense/erase/output_set.h"
#include "recveil/erase.h"

struct recveil_erase_map {
  std::shared_ptr<const recveil::defense::ErasureMap> map;
};

struct recveil_erase_outputs {
  recveil::defense::OutputSet set;
};

namespace recveil::abi {

// A host's classes, rows x attributes row by row, as one column an attribute.
class ClassColumns {
 public:
  // Borrows `classes` where there is one attribute. Any negative number is kUnknown.
  ClassColumns(const std::int32_t *classes, std::size_t rows, std::size_t attributes);
  std::span<const std::int32_t> operator[](std::size_t attribute) const {
    return {values_.data() + attribute * rows_, rows_};
  }

 private:
  std::size_t rows_;
  std::vector<std::int32_t> values_;
};

// The host's matrix, checked; errors call it "rows".
defense::MutableEmbeddings adopt_matrix(const recveil_matrix *given);

}  // namespace recveil::abi
