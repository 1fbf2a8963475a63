#include "defense/erase/class_moments.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"
#include "defense/erase/shared_rows.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kShared = 4;   // where in it
constexpr std::size_t kBlock = 512;  // rows turned to double at a time

constexpr std::size_t per_class(std::size_t d) {
  return 1 + d + d * (d + 1) / 2;
}

[[noreturn]] void refuse(Status status, const std::string &what) {
  throw Error(status, "stats: " + what);
}

// Adds the rows of one class: sums in a buffer of their own, so that the order of additions within
// a call is that of the rows.
void add_class(const Embeddings &rows, std::span<const std::uint32_t> which, double *to,
               std::vector<double> &block, std::vector<double> &gram) {
  const std::size_t d = rows.d(), step = numerics::padded_doubles(d);
  std::fill(gram.begin(), gram.end(), 0);
  for (std::size_t begin = 0; begin < which.size(); begin += kBlock) {
    pulse();
    const std::size_t n = std::min(kBlock, which.size() - begin);
    for (std::size_t i = 0; i < n; ++i) {
      const float *row = rows.row(which[begin + i]);
      double *wide = block.data() + i * step;
      for (std::size_t c = 0; c < d; ++c) {
        wide[c] = row[c];
        to[1 + c] += wide[c];
      }
    }
    numerics::add_gram(block.data(), n, d, gram.data());
  }
  to[0] += static_cast<double>(which.size());
  double *second = to + 1 + d;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = i; j < d; ++j) *second++ += gram[i * step + j];
  }
}

}  // namespace

std::size_t class_moments_size(std::size_t d, std::int32_t classes) {
  if (d < 1 || d > kMaxDimension) refuse(Status::argument, "d must be from 1 to 1024");
  if (classes < 2 || classes > kMaxClasses) {
    refuse(Status::argument, "n_classes must be from 2 to 4096");
  }
  return kHeader + static_cast<std::size_t>(classes) * per_class(d);
}

void class_moments_init(std::span<double> buffer, std::size_t d, std::int32_t classes) {
  const std::size_t size = class_moments_size(d, classes);
  if (buffer.size() != size) {
    refuse(Status::buffer,
           std::to_string(buffer.size()) + " doubles instead of " + std::to_string(size));
  }
  std::fill(buffer.begin(), buffer.end(), 0.0);
  buffer[2] = static_cast<double>(d);
  buffer[3] = classes;
}

void class_moments_add(std::span<double> buffer, const Embeddings &rows,
                       std::span<const std::int32_t> of_row) {
  const ClassMoments moments(buffer);
  check_shape(rows);
  if (rows.d() != moments.d) refuse(Status::argument, "the rows have another d");
  const AttributeLabels labels{"", moments.classes, of_row};
  check_labels({&labels, 1}, rows.rows);
  const ByClass by_class(of_row, moments.classes);
  check_finite(rows, by_class.all());

  const std::size_t step = numerics::padded_doubles(moments.d);
  std::vector<double> block(kBlock * step), gram(moments.d * step);
  for (std::int32_t k = 0; k < moments.classes; ++k) {
    const auto which = by_class.of(k);
    if (which.empty()) continue;
    add_class(rows, which,
              buffer.data() + kHeader + static_cast<std::size_t>(k) * per_class(moments.d), block,
              gram);
  }
  buffer[kShared] += static_cast<double>(crowded_rows(rows, by_class.all()));
}

void check_columns_vary(const ClassMoments &moments) {
  const std::size_t d = moments.d;
  std::vector<double> sum(d), squares(d);
  double n = 0;
  for (std::int32_t k = 0; k < moments.classes; ++k) {
    const double *second = moments.second(k);
    n += moments.n(k);
    for (std::size_t i = 0; i < d; second += d - i, ++i) {
      sum[i] += moments.sum(k)[i];
      squares[i] += *second;
    }
  }
  std::size_t constant = 0, first = 0;
  for (std::size_t i = d; i-- > 0;) {
    if (n * squares[i] - sum[i] * sum[i] > 1e-11 * n * squares[i]) continue;
    ++constant;
    first = i;
  }
  if (constant > 0 && constant < d) refuse_constant_column(first, d);
}

void set_shared(std::span<double> buffer, std::uint64_t n) {
  buffer[kShared] = static_cast<double>(n);
}

ClassMoments::ClassMoments(std::span<const double> checked)
    : d(static_cast<std::size_t>(checked[2])),
      classes(static_cast<std::int32_t>(checked[3])),
      data_(checked.data() + kHeader) {}

const double *ClassMoments::of(std::int32_t k) const {
  return data_ + static_cast<std::size_t>(k) * per_class(d);
}

}  // namespace recveil::defense
