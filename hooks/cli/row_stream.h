// Rows of a file and the classes next to them through several threads, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/class_file.h"
#include "data/row_file.h"

namespace recveil::cli {

// What one thread works on. Reused, so that memory does not grow with the file.
struct RowBlock {
  data::RawRows raw;
  std::span<float> numbers;           // raw.count x cols
  std::vector<std::int32_t> classes;  // raw.count x attributes; empty without a class file
  std::vector<std::uint8_t> changed;  // one a row, for what `work` does
  std::vector<float> scratch;         // where numbers may be
  std::vector<char> text;             // for RowFile::text()
  std::span<const char> written;      // what `work` leaves for `in_order`
  std::vector<std::uint64_t> sums;    // the same
  std::vector<std::uint64_t> hashes;  // the same
};

struct RowStream {
  data::RowFile &rows;
  data::ClassFile *classes = nullptr;  // may be null
  unsigned threads = 1;
  std::size_t block_rows =
      8192;  // a function of the file alone: sums are the same with any threads

  // Blocks are numbered from `first_row`, to which both files were skipped. `work` runs on any
  // thread; `in_order` after it, on the same thread, block after block. Rethrows what the first
  // block that failed threw, with all before it done. Returns the rows read.
  std::uint64_t run(std::uint64_t first_row, const std::function<void(RowBlock &)> &work,
                    const std::function<void(RowBlock &)> &in_order) const;
};

}  // namespace recveil::cli
