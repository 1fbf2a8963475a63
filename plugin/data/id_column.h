// An id column that was taken for a factor of embeddings: erasing would change ids, and write them
// back.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace recveil::data {

// The column of `numbers` (rows x cols, row after row) that looks like ids, if there is one: whole
// numbers of 0 or more that rise from row to row, or the first column if they are all different and
// no other column is of whole numbers. Fewer than 8 rows tell nothing.
std::optional<std::size_t> id_column(std::span<const float> numbers, std::size_t cols);

}  // namespace recveil::data
