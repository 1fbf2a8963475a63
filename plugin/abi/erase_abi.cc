#include "recveil/erase.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "abi/adopt.h"
#include "abi/callbacks.h"
#include "abi/erase.h"
#include "abi/guard.h"
#include "core/error.h"
#include "core/keys.h"

namespace {

using namespace recveil;

static_assert(RECVEIL_ERASE_GAUSSIAN_TRANSPORT ==
              static_cast<int>(defense::EraseMethod::gaussian_transport));
static_assert(RECVEIL_ERASE_OPTIMAL_TRANSPORT ==
              static_cast<int>(defense::EraseMethod::optimal_transport));
static_assert(RECVEIL_ERASE_LEACE == static_cast<int>(defense::EraseMethod::leace));
static_assert(RECVEIL_ERASE_SCORE_TRANSPORT ==
              static_cast<int>(defense::EraseMethod::score_transport));
static_assert(RECVEIL_ERASE_DEFAULT_METHOD == static_cast<int>(defense::EraseOptions().method));
static_assert(RECVEIL_CLASS_UNKNOWN == defense::kUnknown);
static_assert(RECVEIL_ERASE_CERTIFIABLE == static_cast<int>(defense::ClassStatus::certifiable));
static_assert(RECVEIL_ERASE_TOO_SMALL == static_cast<int>(defense::ClassStatus::too_small));
static_assert(RECVEIL_ERASE_ABSENT == static_cast<int>(defense::ClassStatus::absent));
static_assert(sizeof(defense::MapId) == sizeof(recveil_erase_map_info::id));
static_assert(std::endian::native == std::endian::little);  // maps and statistics

constexpr std::array<const char *, 6> kStaleNames{"norms",        "gram",      "ann_index",
                                                  "cached_lists", "optimizer", "bias"};
static_assert(RECVEIL_STALE_ALL == (1U << kStaleNames.size()) - 1);

template <class Element>
void check_data(const recveil_matrix &rows, std::size_t n) {
  abi::check_array(static_cast<const Element *>(rows.data), n, "rows.data");
}

template <class Of>
Of rows_as(const recveil_matrix &rows, std::size_t stride) {
  return {static_cast<decltype(Of::data)>(rows.data), rows.n_rows, rows.n_cols, stride,
          rows.frozen_tail_cols};
}

std::size_t count_of(const abi::Rows &rows) {
  return std::visit([](const auto &of) { return of.rows; }, rows);
}

// All rows as float: those of the host, or a copy in `narrow`.
defense::Embeddings as_floats(const abi::Rows &rows, std::vector<float> &narrow) {
  if (const auto *of = std::get_if<defense::MutableEmbeddings>(&rows)) return *of;
  const auto &wide = std::get<defense::WideRows>(rows);
  const std::size_t d = wide.d();
  narrow.resize(wide.rows * d);
  defense::narrow_rows(wide, 0, wide.rows, narrow.data());
  return {narrow.data(), wide.rows, d, d, 0};
}

// Where several rows have classes of n attributes.
void check_classes(const std::int32_t *classes, std::size_t rows, std::size_t n) {
  abi::require(n == 0 || rows <= SIZE_MAX / n, "rows.n_rows: more than memory can hold");
  abi::check_array(classes, rows * n, "classes");
}

recveil_erase_result result_of(const defense::ApplyCounts &counts) {
  recveil_erase_result out = RECVEIL_ERASE_RESULT_INIT;
  out.n_done = counts.done;
  out.n_mapped = counts.mapped;
  out.n_unknown = counts.unlabelled;
  if (counts.mapped > 0) out.stale = RECVEIL_STALE_ALL;
  return out;
}

}  // namespace

namespace recveil::abi {

ClassColumns::ClassColumns(const std::int32_t *classes, std::size_t rows, std::size_t attributes)
    : rows_(rows), values_(rows * attributes) {
  for (std::size_t a = 0; a < attributes; ++a) {
    for (std::size_t r = 0; r < rows; ++r) {
      values_[a * rows + r] = std::max(classes[r * attributes + a], defense::kUnknown);
    }
  }
}

Rows adopt_rows(const recveil_matrix *given) {
  const recveil_matrix none = RECVEIL_MATRIX_INIT;
  const recveil_matrix rows = adopt(given, none, sizeof(recveil_matrix), "rows");
  if (rows.flags != 0) throw Error(Status::unsupported, "rows.flags: must be 0");
  require(rows.reserved == 0, "rows.reserved: must be 0");
  require(rows.dtype == RECVEIL_FLOAT32 || rows.dtype == RECVEIL_FLOAT64,
          "rows.dtype: must be RECVEIL_FLOAT32 or RECVEIL_FLOAT64");
  const std::size_t stride = rows.row_stride != 0 ? rows.row_stride : rows.n_cols;
  require(rows.n_cols > 0, "rows.n_cols: is 0");
  require(stride >= rows.n_cols, "rows.row_stride: must be at least n_cols");
  require(rows.frozen_tail_cols < rows.n_cols, "rows.frozen_tail_cols: must be below n_cols");
  require(rows.n_rows <= SIZE_MAX / stride, "rows.n_rows: more than memory can hold");
  if (rows.dtype == RECVEIL_FLOAT64) {
    check_data<double>(rows, rows.n_rows * stride);
    return rows_as<defense::WideRows>(rows, stride);
  }
  check_data<float>(rows, rows.n_rows * stride);
  return rows_as<defense::MutableEmbeddings>(rows, stride);
}

void give_map(defense::ErasureMap map, recveil_erase_map **out) {
  auto made = std::make_unique<recveil_erase_map>();
  made->map = std::make_shared<const defense::ErasureMap>(std::move(map));
  *out = made.release();
}

EraseOptions adopt_erase_options(const recveil_erase_options *given) {
  const recveil_erase_options none = RECVEIL_ERASE_OPTIONS_INIT;
  EraseOptions out;
  out.given = adopt(given, none, sizeof(recveil_erase_options), "options");
  const recveil_erase_options &in = out.given;
  if ((in.flags & ~std::uint32_t{RECVEIL_ERASE_CELLS}) != 0) {
    throw Error(Status::unsupported, "options.flags: must be 0 or RECVEIL_ERASE_CELLS");
  }
  if (recveil_erase_method_name(in.method) == nullptr) {
    throw Error(Status::unsupported, "options.method: must be a RECVEIL_ERASE_* method");
  }
  require(in.n_attributes >= 1 && in.n_attributes <= defense::kMaxAttributes,
          "options.n_attributes: must be from 1 to 16");
  if (in.names != nullptr) check_array(in.names, in.n_attributes, "options.names");
  for (std::uint32_t a = 0; a < in.n_attributes; ++a) {
    const char *name = in.names != nullptr ? in.names[a] : nullptr;
    require(in.names == nullptr || name != nullptr, "options.names: one is NULL");
    out.names.push_back(name != nullptr ? std::string(name) : std::to_string(a));
  }
  out.erase.method = static_cast<defense::EraseMethod>(in.method);
  out.erase.seed = in.seed;
  if (in.min_class_rows != 0) out.erase.min_class_rows = in.min_class_rows;
  if (in.n_sweeps != 0) out.erase.sweeps = out.erase.score_sweeps = in.n_sweeps;
  if (in.n_code != 0) out.erase.n_code = in.n_code;
  out.erase.cells = (in.flags & RECVEIL_ERASE_CELLS) != 0;
  if (out.erase.cells && out.erase.method != defense::EraseMethod::optimal_transport &&
      out.erase.method != defense::EraseMethod::score_transport) {
    throw Error(Status::unsupported,
                "options.flags: RECVEIL_ERASE_CELLS needs RECVEIL_ERASE_SCORE_TRANSPORT or "
                "RECVEIL_ERASE_OPTIMAL_TRANSPORT");
  }
  return out;
}

}  // namespace recveil::abi

namespace {

// users and key: both, or neither.
recveil_status apply_rows(const recveil_erase_map *map, const recveil_matrix *rows,
                          const int32_t *classes, const recveil_user *users, const void *key,
                          recveil_erase_result *result, const recveil_progress *progress) noexcept {
  defense::ApplyCounts counts;
  bool began = false;
  const recveil_status status = abi::guard([&] {
    abi::require(map != nullptr, "map: is NULL");
    const abi::Rows given = abi::adopt_rows(rows);
    if (result != nullptr) {
      abi::check_struct(result, sizeof(recveil_erase_result), alignof(recveil_erase_result),
                        "result");
    }
    const auto attributes = map->map->attributes();
    // A map that needs none maps all rows, or those whose class it is given.
    const bool told = map->map->needs_labels() || classes != nullptr;
    const std::size_t n = told ? attributes.size() : 0;
    check_classes(classes, n > 0 ? count_of(given) : 0, n);
    defense::DrawKey draw{};
    defense::RowOwners owners;
    if (users != nullptr) {
      abi::check_array(users, count_of(given), "users");
      Key master;
      std::memcpy(master.bytes.data(), key, master.bytes.size());
      const HashKey of_cells = cell_key(master);
      std::memcpy(draw.data(), of_cells.bytes.data(), draw.size());
      owners = {&draw, {users, count_of(given)}};
    }
    began = true;
    abi::LongCall call(progress);
    const abi::ClassColumns columns(classes, count_of(given), n);
    std::vector<defense::AttributeLabels> labels;
    for (std::size_t a = 0; a < n; ++a) {
      labels.push_back({attributes[a].name, static_cast<std::int32_t>(attributes[a].classes.size()),
                        columns[a]});
    }
    const auto report = call.reporter();
    if (const auto *to = std::get_if<defense::MutableEmbeddings>(&given)) {
      map->map->apply_rows(*to, labels, *to, counts, report, owners);
    } else {
      map->map->apply_rows(std::get<defense::WideRows>(given), labels, counts, report, owners);
    }
  });
  const bool known = status == RECVEIL_OK || status == RECVEIL_E_CANCELLED ||
                     status == RECVEIL_E_HOST || status == RECVEIL_E_DATA;
  if (began && known && result != nullptr) abi::give(result, result_of(counts));
  return status;
}

}  // namespace

extern "C" {

const char *recveil_erase_method_name(recveil_erase_method method) noexcept {
  if (method > UINT8_MAX) return nullptr;
  const auto of = static_cast<defense::EraseMethod>(method);
  return defense::is_map(of) ? defense::method_name(of) : nullptr;
}

const char *recveil_stale_name(recveil_stale bit) noexcept {
  if (!std::has_single_bit(bit) || bit > RECVEIL_STALE_ALL) return nullptr;
  return kStaleNames[static_cast<std::size_t>(std::countr_zero(bit))];
}

recveil_status recveil_erase_fit(const recveil_erase_options *given, const recveil_matrix *rows,
                                 const int32_t *classes, recveil_erase_map **out) noexcept {
  return abi::guard([&] {
    const abi::EraseOptions options = abi::adopt_erase_options(given);
    const std::uint32_t n = options.given.n_attributes;
    const abi::Rows in = abi::adopt_rows(rows);
    abi::check_array(options.given.n_classes, n, "options.n_classes");
    check_classes(classes, count_of(in), n);
    abi::check_out(out, "out");
    abi::LongCall call(options.given.progress);
    const abi::ClassColumns columns(classes, count_of(in), n);
    std::vector<defense::AttributeLabels> labels;
    for (std::uint32_t a = 0; a < n; ++a) {
      const std::uint32_t count = options.given.n_classes[a];
      abi::require(count >= 2 && count <= defense::kMaxClasses,
                   "options.n_classes: must be from 2 to 4096");
      labels.push_back({options.names[a], static_cast<std::int32_t>(count), columns[a]});
    }
    std::vector<float> narrow;
    abi::give_map(
        defense::ErasureMap::fit(as_floats(in, narrow), labels, options.erase, call.reporter()),
        out);
  });
}

recveil_status recveil_erase_map_write(const recveil_erase_map *map, recveil_write_fn write,
                                       void *ctx) noexcept {
  return abi::guard([&] {
    abi::require(map != nullptr, "map: is NULL");
    abi::require(write != nullptr, "write: is NULL");
    abi::write_bytes(write, ctx, map->map->bytes());
  });
}

recveil_status recveil_erase_map_open(const void *bytes, size_t n,
                                      recveil_erase_map **out) noexcept {
  return abi::guard([&] {
    abi::check_array(static_cast<const std::uint8_t *>(bytes), n, "bytes");
    abi::check_out(out, "out");
    abi::give_map(defense::ErasureMap::from_bytes({static_cast<const std::uint8_t *>(bytes), n}),
                  out);
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
    if (map->map->needs_users()) info.flags |= RECVEIL_ERASE_NEEDS_USERS;
    const defense::ErasureMap::Sharing sharing = map->map->sharing();
    info.n_cells = static_cast<std::uint32_t>(sharing.n_cells);
    info.n_shared = sharing.n_shared;
    info.moved = sharing.moved;
    for (const defense::AttributeReport &attribute : map->map->attributes()) {
      if (attribute.left_alone) info.flags |= RECVEIL_ERASE_LEFT_ALONE;
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
    info.n_rows = each.n;
    info.mean_strength = each.mean_strength;
    info.shrinkage = each.shrinkage;
    info.separation = attributes[attribute].separation;
    if (attributes[attribute].left_alone) info.flags |= RECVEIL_ERASE_LEFT_ALONE;
    abi::give(out, info);
  });
}

recveil_status recveil_erase_apply(const recveil_erase_map *map, const recveil_matrix *rows,
                                   const int32_t *classes, recveil_erase_result *result,
                                   const recveil_progress *progress) noexcept {
  return apply_rows(map, rows, classes, nullptr, nullptr, result, progress);
}

recveil_status recveil_erase_apply_users(const recveil_erase_map *map, const recveil_matrix *rows,
                                         const int32_t *classes, const recveil_user *users,
                                         const void *key, recveil_erase_result *result,
                                         const recveil_progress *progress) noexcept {
  const recveil_status given = abi::guard([&] {
    abi::require(users != nullptr, "users: is NULL");
    abi::require(key != nullptr, "key: is NULL");
  });
  if (given != RECVEIL_OK) return given;
  return apply_rows(map, rows, classes, users, key, result, progress);
}

}  // extern "C"
