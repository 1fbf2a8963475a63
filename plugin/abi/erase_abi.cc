#include "recveil/erase.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "abi/adopt.h"
#include "abi/callbacks.h"
#include "abi/erase.h"
#include "abi/guard.h"
#include "core/error.h"
#include "defense/erase/class_moments.h"

namespace recveil::abi {

ClassColumns::ClassColumns(const std::int32_t *classes, std::size_t rows, std::size_t attributes)
    : rows_(rows), values_(rows * attributes) {
  for (std::size_t a = 0; a < attributes; ++a) {
    for (std::size_t r = 0; r < rows; ++r) {
      values_[a * rows + r] = std::max(classes[r * attributes + a], defense::kUnknown);
    }
  }
}

}  // namespace recveil::abi

namespace {

using namespace recveil;

static_assert(RECVEIL_ERASE_GAUSSIAN_TRANSPORT ==
              static_cast<int>(defense::EraseMethod::gaussian_transport));
static_assert(RECVEIL_ERASE_OPTIMAL_TRANSPORT ==
              static_cast<int>(defense::EraseMethod::optimal_transport));
static_assert(RECVEIL_ERASE_LEACE == static_cast<int>(defense::EraseMethod::leace));
static_assert(RECVEIL_CLASS_UNKNOWN == defense::kUnknown);
static_assert(RECVEIL_ERASE_CERTIFIABLE == static_cast<int>(defense::ClassStatus::certifiable));
static_assert(RECVEIL_ERASE_TOO_SMALL == static_cast<int>(defense::ClassStatus::too_small));
static_assert(RECVEIL_ERASE_ABSENT == static_cast<int>(defense::ClassStatus::absent));
static_assert(sizeof(defense::MapId) == sizeof(recveil_erase_map_info::id));
static_assert(std::endian::native == std::endian::little);  // snapshots and statistics

constexpr std::uint32_t kOptionFlags = RECVEIL_ERASE_NO_SHRINKAGE | RECVEIL_ERASE_NO_FLUCTUATION |
                                       RECVEIL_ERASE_NO_RECOLOUR | RECVEIL_ERASE_ANY_CLASS_SIZE;

defense::MutableEmbeddings adopt_rows(const recveil_matrix *given) {
  const recveil_matrix none = RECVEIL_MATRIX_INIT;
  const recveil_matrix rows = abi::adopt(given, none, sizeof(recveil_matrix), "rows");
  if (rows.flags != 0) throw Error(Status::unsupported, "rows.flags: must be 0");
  const std::size_t stride = rows.row_stride != 0 ? rows.row_stride : rows.cols;
  abi::require(rows.cols > 0, "rows.cols: is 0");
  abi::require(stride >= rows.cols, "rows.row_stride: must be at least cols");
  abi::require(rows.frozen_tail_cols < rows.cols, "rows.frozen_tail_cols: must be below cols");
  abi::require(rows.rows <= SIZE_MAX / stride, "rows.rows: more than memory can hold");
  abi::check_array(rows.data, rows.rows * stride, "rows.data");
  return {rows.data, rows.rows, rows.cols, stride, rows.frozen_tail_cols};
}

// A host's progress, stopped by an exception as the room wants it. Given to a Progress as a
// reference: a copy of it would allocate.
class HostProgress {
 public:
  HostProgress(recveil_progress_fn fn, void *ctx) : fn_(fn), ctx_(ctx) {}
  void operator()(double fraction, const char *what) const {
    std::int32_t stop = 0;
    try {
      stop = fn_(ctx_, fraction, what);
    } catch (...) {
      throw Error(Status::host, "the progress callback threw");
    }
    if (stop != 0) throw Error(Status::cancelled, "stopped by the progress callback");
  }
  defense::Progress progress() const {
    return fn_ != nullptr ? defense::Progress(*this) : defense::Progress();
  }

 private:
  recveil_progress_fn fn_;
  void *ctx_;
};

struct Options {
  defense::EraseOptions erase;
  std::vector<std::string> names;
  recveil_erase_options given;
};

Options adopt_options(const recveil_erase_options *given) {
  const recveil_erase_options none = RECVEIL_ERASE_OPTIONS_INIT;
  Options out;
  out.given = abi::adopt(given, none, sizeof(recveil_erase_options), "options");
  const recveil_erase_options &in = out.given;
  if ((in.flags & ~kOptionFlags) != 0 || in.reserved != 0) {
    throw Error(Status::unsupported, "options: a flag this version does not know");
  }
  if (in.method < RECVEIL_ERASE_GAUSSIAN_TRANSPORT || in.method > RECVEIL_ERASE_LEACE) {
    throw Error(Status::unsupported, "options.method: not a RECVEIL_ERASE_* method");
  }
  abi::require(in.n_attributes >= 1 && in.n_attributes <= defense::kMaxAttributes,
               "options.n_attributes: must be from 1 to 16");
  if (in.names != nullptr) abi::check_array(in.names, in.n_attributes, "options.names");
  for (std::uint32_t a = 0; a < in.n_attributes; ++a) {
    const char *name = in.names != nullptr ? in.names[a] : nullptr;
    abi::require(in.names == nullptr || name != nullptr, "options.names: one is NULL");
    out.names.push_back(name != nullptr ? std::string(name) : std::to_string(a));
  }
  out.erase.method = static_cast<defense::EraseMethod>(in.method);
  out.erase.seed = in.seed;
  out.erase.shrinkage = (in.flags & RECVEIL_ERASE_NO_SHRINKAGE) != 0
                            ? defense::Shrinkage::none
                            : defense::Shrinkage::ledoit_wolf;
  out.erase.fluctuation = (in.flags & RECVEIL_ERASE_NO_FLUCTUATION) == 0;
  out.erase.recolour = (in.flags & RECVEIL_ERASE_NO_RECOLOUR) == 0;
  if (in.min_class_rows != 0) out.erase.min_class_rows = in.min_class_rows;
  if ((in.flags & RECVEIL_ERASE_ANY_CLASS_SIZE) != 0) out.erase.min_class_rows = 0;
  if (in.sweeps != 0) out.erase.sweeps = in.sweeps;
  return out;
}

std::span<double> doubles(void *stats, std::size_t size) {
  abi::require(size % sizeof(double) == 0, "size: is no number of doubles");
  abi::check_array(static_cast<double *>(stats), size / sizeof(double), "stats");
  abi::require(stats != nullptr, "stats: is NULL");
  return {static_cast<double *>(stats), size / sizeof(double)};
}
std::span<const double> checked(const void *stats, std::size_t size) {
  const std::span<const double> out = doubles(const_cast<void *>(stats), size);
  defense::class_moments_check(out);
  return out;
}

std::int32_t classes_of(std::uint32_t n_classes) {
  abi::require(n_classes >= 2 && n_classes <= defense::kMaxClasses,
               "n_classes: must be from 2 to 4096");
  return static_cast<std::int32_t>(n_classes);
}

void need_write(recveil_write_fn write) {
  abi::require(write != nullptr, "write: is NULL");
}

}  // namespace

defense::MutableEmbeddings abi::adopt_matrix(const recveil_matrix *given) {
  return adopt_rows(given);
}

extern "C" {

recveil_status recveil_erase_fit(const recveil_erase_options *given, const recveil_matrix *rows,
                                 const int32_t *classes, recveil_write_fn write,
                                 void *ctx) noexcept {
  return abi::guard([&] {
    const Options options = adopt_options(given);
    const std::uint32_t attributes = options.given.n_attributes;
    const defense::Embeddings in = adopt_rows(rows);
    abi::check_array(options.given.n_classes, attributes, "options.n_classes");
    abi::require(in.rows <= SIZE_MAX / attributes, "rows.rows: more than memory can hold");
    abi::check_array(classes, in.rows * attributes, "classes");
    need_write(write);
    const abi::ClassColumns columns(classes, in.rows, attributes);
    std::vector<defense::AttributeLabels> labels;
    for (std::uint32_t a = 0; a < attributes; ++a) {
      labels.push_back({options.names[a], classes_of(options.given.n_classes[a]), columns[a]});
    }
    const HostProgress progress(options.given.progress, options.given.progress_ctx);
    const auto map = defense::ErasureMap::fit(in, labels, options.erase, progress.progress());
    abi::write_bytes(write, ctx, map.bytes());
  });
}

recveil_status recveil_erase_stats_size(uint32_t d, uint32_t n_classes, size_t *bytes) noexcept {
  return abi::guard([&] {
    abi::check_out(bytes, "bytes");
    *bytes = sizeof(double) * defense::class_moments_size(d, classes_of(n_classes));
  });
}

recveil_status recveil_erase_stats_init(void *stats, size_t size, uint32_t d,
                                        uint32_t n_classes) noexcept {
  return abi::guard([&] {
    const std::size_t needed = defense::class_moments_size(d, classes_of(n_classes));
    if (size < needed * sizeof(double)) {
      throw Error(Status::buffer, "size: is " + std::to_string(size) + ", needed are " +
                                      std::to_string(needed * sizeof(double)) + " bytes");
    }
    defense::class_moments_init(doubles(stats, needed * sizeof(double)), d, classes_of(n_classes));
  });
}

recveil_status recveil_erase_stats_add(void *stats, size_t size, const recveil_matrix *rows,
                                       const int32_t *classes) noexcept {
  return abi::guard([&] {
    const std::span<double> into = doubles(stats, size);
    const defense::Embeddings in = adopt_rows(rows);
    abi::check_array(classes, in.rows, "classes");
    const abi::ClassColumns columns(classes, in.rows, 1);
    defense::class_moments_add(into, in, columns[0]);
  });
}

recveil_status recveil_erase_stats_merge(void *into, size_t into_size, const void *from,
                                         size_t from_size) noexcept {
  return abi::guard([&] {
    checked(into, into_size);
    defense::class_moments_merge(doubles(into, into_size), checked(from, from_size));
  });
}

recveil_status recveil_erase_stats_check(const void *stats, size_t size,
                                         recveil_erase_stats_info *out) noexcept {
  return abi::guard([&] {
    if (out != nullptr) {
      abi::check_struct(out, sizeof(recveil_erase_stats_info), alignof(recveil_erase_stats_info),
                        "stats_info");
    }
    const defense::ClassMoments moments(checked(stats, size));
    if (out == nullptr) return;
    recveil_erase_stats_info info = RECVEIL_ERASE_STATS_INFO_INIT;
    info.d = static_cast<std::uint32_t>(moments.d);
    info.n_classes = static_cast<std::uint32_t>(moments.classes);
    for (std::int32_t k = 0; k < moments.classes; ++k) {
      info.rows += static_cast<std::uint64_t>(moments.n(k));
    }
    abi::give(out, info);
  });
}

recveil_status recveil_erase_fit_stats(const recveil_erase_options *given, const void *const *stats,
                                       const size_t *sizes, recveil_write_fn write,
                                       void *ctx) noexcept {
  return abi::guard([&] {
    const Options options = adopt_options(given);
    const std::uint32_t attributes = options.given.n_attributes;
    abi::check_array(stats, attributes, "stats");
    abi::check_array(sizes, attributes, "sizes");
    need_write(write);
    std::vector<defense::ErasureMap::Statistics> each;
    for (std::uint32_t a = 0; a < attributes; ++a) {
      each.push_back({options.names[a], checked(stats[a], sizes[a])});
    }
    const auto map = defense::ErasureMap::fit_moments(each, options.erase);
    abi::write_bytes(write, ctx, map.bytes());
  });
}

recveil_status recveil_erase_map_open(const void *bytes, size_t n,
                                      recveil_erase_map **out) noexcept {
  return abi::guard([&] {
    abi::check_array(static_cast<const std::uint8_t *>(bytes), n, "bytes");
    abi::check_out(out, "out");
    auto map = std::make_unique<recveil_erase_map>();
    map->map = std::make_shared<const defense::ErasureMap>(
        defense::ErasureMap::from_bytes({static_cast<const std::uint8_t *>(bytes), n}));
    *out = map.release();
  });
}

void recveil_erase_map_close(recveil_erase_map *map) noexcept {
  delete map;
}

recveil_status recveil_erase_map_get_info(const recveil_erase_map *map,
                                          recveil_erase_map_info *out) noexcept {
  return abi::guard([&] {
    abi::require(map != nullptr, "map: is NULL");
    abi::check_struct(out, sizeof(recveil_erase_map_info), alignof(recveil_erase_map_info),
                      "map_info");
    recveil_erase_map_info info = RECVEIL_ERASE_MAP_INFO_INIT;
    info.method = static_cast<recveil_erase_method>(map->map->method());
    info.d = static_cast<std::uint32_t>(map->map->d());
    info.n_attributes = static_cast<std::uint32_t>(map->map->attributes().size());
    if (map->map->needs_labels()) info.flags |= RECVEIL_ERASE_NEEDS_CLASSES;
    for (const defense::AttributeReport &attribute : map->map->attributes()) {
      for (const defense::ClassReport &each : attribute.classes) {
        if (each.status == defense::ClassStatus::too_small) {
          info.flags |= RECVEIL_ERASE_NOT_CERTIFIABLE;
        }
      }
    }
    std::memcpy(info.id, map->map->id().data(), sizeof info.id);
    abi::give(out, info);
  });
}

recveil_status recveil_erase_map_get_class(const recveil_erase_map *map, uint32_t attribute,
                                           uint32_t cls, recveil_erase_class_info *out) noexcept {
  return abi::guard([&] {
    abi::require(map != nullptr, "map: is NULL");
    abi::check_struct(out, sizeof(recveil_erase_class_info), alignof(recveil_erase_class_info),
                      "class_info");
    const auto attributes = map->map->attributes();
    if (attribute >= attributes.size() || cls >= attributes[attribute].classes.size()) {
      throw Error(Status::not_found, "the map has no such attribute or class");
    }
    const defense::ClassReport &each = attributes[attribute].classes[cls];
    recveil_erase_class_info info = RECVEIL_ERASE_CLASS_INFO_INIT;
    info.status = static_cast<recveil_erase_class_status>(each.status);
    info.attribute = attributes[attribute].name.c_str();
    info.n_classes = static_cast<std::uint32_t>(attributes[attribute].classes.size());
    info.rows = each.n;
    info.mean_strength = each.mean_strength;
    info.shrinkage = each.shrinkage;
    abi::give(out, info);
  });
}

recveil_status recveil_erase_outputs_open(const void *key, size_t n_key, const void *bytes,
                                          size_t n, recveil_erase_outputs **out) noexcept {
  return abi::guard([&] {
    abi::check_array(static_cast<const std::uint8_t *>(key), n_key, "key");
    abi::require(n_key >= 16 && n_key <= 64, "n_key: must be from 16 to 64");
    abi::check_array(static_cast<const std::uint8_t *>(bytes), n, "bytes");
    abi::check_out(out, "out");
    auto outputs = std::make_unique<recveil_erase_outputs>(
        recveil_erase_outputs{defense::OutputSet({static_cast<const std::uint8_t *>(key), n_key})});
    outputs->set.add_bytes({static_cast<const std::uint8_t *>(bytes), n});
    *out = outputs.release();
  });
}

recveil_status recveil_erase_outputs_write(const recveil_erase_outputs *outputs,
                                           recveil_write_fn write, void *ctx) noexcept {
  return abi::guard([&] {
    abi::require(outputs != nullptr, "outputs: is NULL");
    need_write(write);
    abi::write_bytes(write, ctx, outputs->set.bytes());
  });
}

void recveil_erase_outputs_close(recveil_erase_outputs *outputs) noexcept {
  delete outputs;
}

recveil_status recveil_erase_apply(const recveil_erase_map *map, const recveil_matrix *rows,
                                   const int32_t *classes, recveil_erase_outputs *outputs,
                                   recveil_erase_result *result, recveil_progress_fn progress_fn,
                                   void *progress_ctx) noexcept {
  return abi::guard([&] {
    abi::require(map != nullptr, "map: is NULL");
    const defense::MutableEmbeddings to = adopt_rows(rows);
    if (result != nullptr) {
      abi::check_struct(result, sizeof(recveil_erase_result), alignof(recveil_erase_result),
                        "result");
    }
    const auto attributes = map->map->attributes();
    const std::size_t n = map->map->needs_labels() ? attributes.size() : 0;
    if (n > 0) {
      abi::require(to.rows <= SIZE_MAX / n, "rows.rows: more than memory can hold");
      abi::check_array(classes, to.rows * n, "classes");
    }
    const abi::ClassColumns columns(classes, to.rows, n);
    std::vector<defense::AttributeLabels> labels;
    for (std::size_t a = 0; a < n; ++a) {
      labels.push_back({attributes[a].name, static_cast<std::int32_t>(attributes[a].classes.size()),
                        columns[a]});
    }
    const HostProgress progress(progress_fn, progress_ctx);
    const defense::ApplyCounts counts = map->map->apply_rows(
        to, labels, to, outputs != nullptr ? &outputs->set : nullptr, progress.progress());
    if (result == nullptr) return;
    recveil_erase_result out = RECVEIL_ERASE_RESULT_INIT;
    out.mapped = counts.mapped;
    out.unknown = counts.unlabelled;
    out.already_mapped = counts.already;
    if (counts.mapped > 0) out.stale = RECVEIL_STALE_ALL;
    abi::give(result, out);
  });
}

}  // extern "C"
