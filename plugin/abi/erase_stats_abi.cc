#include "recveil/erase_stats.h"

#include <string>

#include "abi/adopt.h"
#include "abi/callbacks.h"
#include "abi/erase.h"
#include "abi/guard.h"
#include "core/error.h"
#include "defense/erase/exact_moments.h"

namespace {

using namespace recveil;

defense::MomentWords words(void *stats, std::size_t size) {
  abi::require(stats != nullptr, "stats: is NULL");
  abi::require(size % sizeof(std::uint64_t) == 0, "size: must be a multiple of 8");
  abi::check_array(static_cast<std::uint64_t *>(stats), size / sizeof(std::uint64_t), "stats");
  return {static_cast<std::uint64_t *>(stats), size / sizeof(std::uint64_t)};
}

defense::ConstMomentWords checked(const void *stats, std::size_t size) {
  const defense::ConstMomentWords out = words(const_cast<void *>(stats), size);
  defense::exact_moments_check(out);
  return out;
}

std::int32_t classes_of(std::uint32_t n_classes) {
  abi::require(n_classes >= 2 && n_classes <= defense::kMaxClasses,
               "n_classes: must be from 2 to 4096");
  return static_cast<std::int32_t>(n_classes);
}

// Rows of double are added in blocks to a copy, so that on failure nothing was added.
void add_wide(defense::MomentWords into, const defense::WideRows &rows,
              std::span<const std::int32_t> classes) {
  constexpr std::size_t kBlock = 4096;
  const std::size_t d = rows.d();
  std::vector<std::uint64_t> sum(into.begin(), into.end());
  std::vector<float> narrow(kBlock * d);
  for (std::size_t begin = 0; begin < rows.rows; begin += kBlock) {
    const std::size_t n = std::min(kBlock, rows.rows - begin);
    defense::narrow_rows(rows, begin, n, narrow.data());
    defense::exact_moments_add(sum, {narrow.data(), n, d, d, 0}, classes.subspan(begin, n));
  }
  std::copy(sum.begin(), sum.end(), into.begin());
}

}  // namespace

extern "C" {

recveil_status recveil_erase_stats_size(uint32_t d, uint32_t n_classes, size_t *bytes) noexcept {
  return abi::guard([&] {
    abi::check_out(bytes, "bytes");
    *bytes = sizeof(std::uint64_t) * defense::exact_moments_size(d, classes_of(n_classes));
  });
}

recveil_status recveil_erase_stats_init(void *stats, size_t size, uint32_t d,
                                        uint32_t n_classes) noexcept {
  return abi::guard([&] {
    const std::size_t needed =
        defense::exact_moments_size(d, classes_of(n_classes)) * sizeof(std::uint64_t);
    if (size < needed) {
      throw Error(Status::buffer, "size: is " + std::to_string(size) + ", " +
                                      std::to_string(needed) + " bytes are needed");
    }
    defense::exact_moments_init(words(stats, needed), d, classes_of(n_classes));
  });
}

recveil_status recveil_erase_stats_add(void *stats, size_t size, const recveil_matrix *rows,
                                       const int32_t *classes) noexcept {
  return abi::guard([&] {
    const defense::MomentWords into = words(stats, size);
    const abi::Rows given = abi::adopt_rows(rows);
    const std::size_t n = std::visit([](const auto &of) { return of.rows; }, given);
    abi::check_array(classes, n, "classes");
    const abi::ClassColumns columns(classes, n, 1);
    if (const auto *in = std::get_if<defense::MutableEmbeddings>(&given)) {
      defense::exact_moments_add(into, *in, columns[0]);
    } else {
      add_wide(into, std::get<defense::WideRows>(given), columns[0]);
    }
  });
}

recveil_status recveil_erase_stats_merge(void *into, size_t into_size, const void *from,
                                         size_t from_size) noexcept {
  return abi::guard([&] {
    checked(into, into_size);
    defense::exact_moments_merge(words(into, into_size), checked(from, from_size));
  });
}

recveil_status recveil_erase_stats_check(const void *stats, size_t size,
                                         recveil_erase_stats_info *out) noexcept {
  return abi::guard([&] {
    if (out != nullptr) {
      abi::check_struct(out, sizeof(recveil_erase_stats_info), alignof(recveil_erase_stats_info),
                        "stats_info");
    }
    const defense::ExactShape shape =
        defense::exact_moments_check(words(const_cast<void *>(stats), size));
    if (out == nullptr) return;
    recveil_erase_stats_info info = RECVEIL_ERASE_STATS_INFO_INIT;
    info.d = static_cast<std::uint32_t>(shape.d);
    info.n_classes = static_cast<std::uint32_t>(shape.classes);
    info.n_rows = shape.n_rows;
    abi::give(out, info);
  });
}

recveil_status recveil_erase_fit_stats(const recveil_erase_options *given, const void *const *stats,
                                       const size_t *sizes, recveil_erase_map **out) noexcept {
  return abi::guard([&] {
    const abi::EraseOptions options = abi::adopt_erase_options(given);
    const std::uint32_t n = options.given.n_attributes;
    abi::check_array(stats, n, "stats");
    abi::check_array(sizes, n, "sizes");
    abi::check_out(out, "out");
    abi::LongCall call(options.given.progress);
    std::vector<std::vector<double>> rounded;
    std::vector<defense::ErasureMap::Statistics> each;
    for (std::uint32_t a = 0; a < n; ++a) {
      rounded.push_back(defense::rounded_moments(checked(stats[a], sizes[a])));
      each.push_back({options.names[a], rounded.back()});
    }
    abi::give_map(defense::ErasureMap::fit_moments(each, options.erase), out);
  });
}

}  // extern "C"
