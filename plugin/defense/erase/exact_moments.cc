#include "defense/erase/exact_moments.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/watch.h"
#include "defense/erase/by_class.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/shared_rows.h"
#include "defense/erase/sharing_sketch.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

__extension__ using Wide = __int128;

constexpr std::size_t kHeader = 8;
constexpr std::size_t kFirstClass = kHeader + kSharingWords;
constexpr std::uint64_t kMagic = 0x544D564345525645;  // "EVRECVMT" of its bytes
constexpr std::uint64_t kVersion = 2;
constexpr double kUnit = 0x1p-32;

// A value is high 2^21 + low in units, |high| <= 2^21 and |low| <= 2^20. Of kBlock rows the sums of
// high high', low low' and (high + low) (high + low)' are whole numbers below 2^53, so that double
// holds them exactly and the kernels of sums in double give them.
constexpr double kHigh = 0x1p21;
constexpr std::size_t kBlock = 512;

constexpr std::size_t per_class(std::size_t d) {
  return 2 * (1 + d + d * (d + 1) / 2);
}

[[noreturn]] void refuse(Status status, const std::string &what) {
  throw Error(status, "stats: " + what);
}

Wide wide(ConstMomentWords words, std::size_t at) {
  return static_cast<Wide>(static_cast<std::int64_t>(words[at + 1])) << 64 | words[at];
}

void add(std::uint64_t *to, Wide value) {
  const auto low = static_cast<std::uint64_t>(value);
  to[0] += low;
  to[1] += static_cast<std::uint64_t>(value >> 64) + (to[0] < low ? 1 : 0);
}

std::size_t class_at(std::size_t d, std::int32_t k) {
  return kFirstClass + static_cast<std::size_t>(k) * per_class(d);
}

// Adding and taking away 1.5 2^52 leaves the nearest whole number, ties to even.
double nearest(double x) {
  constexpr double kShift = 0x1.8p52;
  return (x + kShift) - kShift;
}

ExactShape checked_header(ConstMomentWords buffer, Status status) {
  if (buffer.size() < kFirstClass || buffer[0] != kMagic) {
    refuse(status, "not statistics of an erasure");
  }
  if (buffer[1] != kVersion) refuse(status, "of another version of the format");
  if (buffer[2] < 1 || buffer[2] > kMaxDimension || buffer[3] < 2 ||
      buffer[3] > static_cast<std::uint64_t>(kMaxClasses)) {
    refuse(status, "damaged: d or n_classes out of range");
  }
  const ExactShape out{buffer[2], static_cast<std::int32_t>(buffer[3]), 0};
  const std::size_t size = exact_moments_size(out.d, out.classes);
  if (buffer.size() != size) {
    refuse(status,
           std::to_string(8 * buffer.size()) + " bytes instead of " + std::to_string(8 * size));
  }
  return out;
}

void check_magnitude(const Embeddings &rows, std::span<const std::uint32_t> which) {
  for (const std::uint32_t i : which) {
    for (std::size_t c = 0; c < rows.d(); ++c) {
      if (std::abs(rows.row(i)[c]) < kMostExact) continue;
      refuse(Status::argument, "row " + std::to_string(i) +
                                   " has a value of 1024 or more in column " + std::to_string(c) +
                                   ": scale the table down");
    }
  }
}

// The block of rows that is being added, in double.
struct Block {
  explicit Block(std::size_t columns)
      : d(columns),
        step(numerics::padded_doubles(d)),
        high(kBlock * step),
        low(kBlock * step),
        both(kBlock * step),
        sum(d),
        gram_high(d * step),
        gram_low(d * step),
        gram_both(d * step) {}

  void take(const Embeddings &rows, std::span<const std::uint32_t> which) {
    n = which.size();
    std::fill(sum.begin(), sum.end(), 0);
    for (std::size_t i = 0; i < n; ++i) {
      const float *row = rows.row(which[i]);
      double *h = high.data() + i * step, *l = low.data() + i * step, *b = both.data() + i * step;
      for (std::size_t c = 0; c < d; ++c) {
        const double q = nearest(static_cast<double>(row[c]) / kUnit);
        h[c] = nearest(q / kHigh);
        l[c] = q - h[c] * kHigh;
        b[c] = h[c] + l[c];
        sum[c] += static_cast<std::int64_t>(q);
      }
    }
  }

  // second: the upper triangle of a class.
  void add_to(std::uint64_t *first, std::uint64_t *second) {
    for (std::size_t c = 0; c < d; ++c) add(first + 2 * c, sum[c]);
    for (auto *gram : {&gram_high, &gram_low, &gram_both}) std::fill(gram->begin(), gram->end(), 0);
    numerics::add_gram(high.data(), n, d, gram_high.data());
    numerics::add_gram(low.data(), n, d, gram_low.data());
    numerics::add_gram(both.data(), n, d, gram_both.data());
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = i; j < d; ++j, second += 2) {
        const auto hh = static_cast<std::int64_t>(gram_high[i * step + j]);
        const auto ll = static_cast<std::int64_t>(gram_low[i * step + j]);
        const auto across = static_cast<std::int64_t>(gram_both[i * step + j]) - hh - ll;
        add(second,
            static_cast<Wide>(hh) * (Wide{1} << 42) + static_cast<Wide>(across) * (1 << 21) + ll);
      }
    }
  }

  std::size_t d, step, n = 0;
  std::vector<double> high, low, both;
  std::vector<std::int64_t> sum;
  std::vector<double> gram_high, gram_low, gram_both;
};

}  // namespace

std::size_t exact_moments_size(std::size_t d, std::int32_t classes) {
  class_moments_size(d, classes);  // checks both
  return kFirstClass + static_cast<std::size_t>(classes) * per_class(d);
}

void exact_moments_init(MomentWords buffer, std::size_t d, std::int32_t classes) {
  const std::size_t size = exact_moments_size(d, classes);
  if (buffer.size() != size) {
    refuse(Status::buffer,
           std::to_string(8 * buffer.size()) + " bytes instead of " + std::to_string(8 * size));
  }
  std::fill(buffer.begin(), buffer.end(), std::uint64_t{0});
  buffer[0] = kMagic;
  buffer[1] = kVersion;
  buffer[2] = d;
  buffer[3] = static_cast<std::uint64_t>(classes);
}

void exact_moments_add(MomentWords buffer, const Embeddings &rows,
                       std::span<const std::int32_t> of_row) {
  const ExactShape shape = checked_header(buffer, Status::argument);
  check_shape(rows);
  if (rows.d() != shape.d) refuse(Status::argument, "the rows have another d");
  const AttributeLabels labels{"", shape.classes, of_row};
  check_labels({&labels, 1}, rows.rows);
  const ByClass by_class(of_row, shape.classes);
  check_finite(rows, by_class.all());
  check_magnitude(rows, by_class.all());

  Block block(shape.d);
  for (std::int32_t k = 0; k < shape.classes; ++k) {
    const auto which = by_class.of(k);
    std::uint64_t *to = buffer.data() + class_at(shape.d, k);
    add(to, static_cast<Wide>(which.size()));
    for (std::size_t begin = 0; begin < which.size(); begin += kBlock) {
      pulse();
      block.take(rows, which.subspan(begin, std::min(kBlock, which.size() - begin)));
      block.add_to(to + 2, to + 2 + 2 * shape.d);
    }
  }
  const MomentWords sketch = buffer.subspan(kHeader, kSharingWords);
  for (const std::uint32_t i : by_class.all()) sharing_add(sketch, row_hash(rows.row(i), shape.d));
}

void exact_moments_merge(MomentWords into, ConstMomentWords from) {
  const ExactShape a = checked_header(into, Status::argument);
  const ExactShape b = checked_header(from, Status::argument);
  if (a.d != b.d || a.classes != b.classes) {
    refuse(Status::argument, "the two differ in d or n_classes");
  }
  sharing_merge(into.subspan(kHeader, kSharingWords), from.subspan(kHeader, kSharingWords));
  for (std::size_t i = kFirstClass; i < into.size(); i += 2) add(&into[i], wide(from, i));
}

ExactShape exact_moments_check(ConstMomentWords buffer) {
  ExactShape out = checked_header(buffer, Status::data);
  for (std::size_t i = 4; i < kHeader; ++i) {
    if (buffer[i] != 0) refuse(Status::data, "damaged: the header");
  }
  for (std::int32_t k = 0; k < out.classes; ++k) {
    const std::size_t at = class_at(out.d, k);
    const Wide n = wide(buffer, at);
    if (n < 0 || n > Wide{1} << 43) refuse(Status::data, "damaged: a count of rows is none");
    out.n_rows += static_cast<std::uint64_t>(n);
    std::size_t second = at + 2 + 2 * out.d;
    for (std::size_t i = 0; i < out.d; second += 2 * (out.d - i), ++i) {
      // n sum q^2 >= (sum q)^2, in numbers that may need 192 bits.
      const auto sum = static_cast<long double>(wide(buffer, at + 2 + 2 * i));
      const auto squares = static_cast<long double>(wide(buffer, second));
      if (squares < 0 || static_cast<long double>(n) * squares < sum * sum * (1 - 0x1p-60L) ||
          (n == 0 && (squares > 0 || sum < 0 || sum > 0))) {
        refuse(Status::data, "damaged: a second moment contradicts the first");
      }
    }
  }
  if (!sharing_holds(buffer.subspan(kHeader, kSharingWords), out.n_rows)) {
    refuse(Status::data, "damaged: the counts of shared rows");
  }
  return out;
}

std::vector<double> rounded_moments(ConstMomentWords buffer) {
  const ExactShape shape = checked_header(buffer, Status::data);
  std::vector<double> out(class_moments_size(shape.d, shape.classes));
  class_moments_init(out, shape.d, shape.classes);
  double *to = out.data() +
               (out.size() - static_cast<std::size_t>(shape.classes) * (per_class(shape.d) / 2));
  std::uint64_t n_rows = 0;
  for (std::int32_t k = 0; k < shape.classes; ++k) {
    const std::size_t at = class_at(shape.d, k);
    n_rows += buffer[at];
    for (std::size_t i = 0; i < per_class(shape.d); i += 2) {
      const double unit = i == 0 ? 1 : i <= 2 * shape.d ? kUnit : kUnit * kUnit;
      *to++ = static_cast<double>(wide(buffer, at + i)) * unit;
    }
  }
  set_shared(out, sharing_estimate(buffer.subspan(kHeader, kSharingWords), n_rows));
  return out;
}

}  // namespace recveil::defense
