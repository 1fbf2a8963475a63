#include "defense/erase/wide_rows.h"

#include <string>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"

namespace recveil::defense {

void narrow_rows(const WideRows &rows, std::size_t begin, std::size_t n, float *to) {
  const std::size_t d = rows.d();
  for (std::size_t i = 0; i < n; ++i, to += d) {
    if (i % 1024 == 0) pulse();
    const double *row = rows.row(begin + i);
    for (std::size_t c = 0; c < d; ++c) to[c] = static_cast<float>(row[c]);
    if (!all_finite({to, d})) {
      throw Error(Status::argument, "rows: row " + std::to_string(begin + i) +
                                        " has a value that is not finite in float32");
    }
  }
}

}  // namespace recveil::defense
