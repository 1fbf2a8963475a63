#include "defense/erase/erasure_map.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/seal.h"
#include "defense/erase/by_class.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/map_parts.h"

namespace recveil::defense {
namespace {

[[noreturn]] void refuse(Status status, const std::string &what) {
  throw Error(status, what);
}

}  // namespace

ErasureMap::ErasureMap(MapParts parts) : bytes_(seal(write_map(parts))) {
  for (const AttributeReport &of : parts.attributes) {
    parts.salts.push_back(CellTable::salt_of(of.name));
  }
  parts_ = std::make_shared<const MapParts>(std::move(parts));
  std::copy_n(bytes_.end() - sizeof(MapId), sizeof(MapId), id_.begin());
}

ErasureMap ErasureMap::from_bytes(std::span<const std::uint8_t> bytes) {
  return ErasureMap(read_map(unseal(bytes, "map")));
}

ErasureMap ErasureMap::fit(const Embeddings &rows, std::span<const AttributeLabels> labels,
                           const EraseOptions &options, const Progress &progress) {
  check_options(options);
  if (!is_map(options.method)) {
    refuse(Status::argument,
           "method: " + std::string(method_name(options.method)) + " moves rows and leaves no map");
  }
  check_shape(rows);
  check_labels(labels, rows.rows);
  for (const AttributeLabels &of : labels) {
    check_finite(rows, ByClass(of.of_row, of.classes).all());
  }
  check_columns_vary(rows, labels);
  // Several attributes one after another: each is fitted on what the ones before have left.
  if (options.method == EraseMethod::optimal_transport ||
      options.method == EraseMethod::score_transport ||
      (options.method == EraseMethod::gaussian_transport && labels.size() > 1)) {
    return ErasureMap(fit_rows(rows, labels, options, progress));
  }
  std::vector<std::vector<double>> moments;
  std::vector<Statistics> statistics;
  for (const AttributeLabels &of : labels) {
    if (progress) {
      progress(static_cast<double>(moments.size()) / static_cast<double>(labels.size()), "moments");
    }
    moments.emplace_back(class_moments_size(rows.d(), of.classes));
    class_moments_init(moments.back(), rows.d(), of.classes);
    class_moments_add(moments.back(), rows, of.of_row);
    statistics.push_back({of.name, moments.back()});
  }
  ErasureMap out = fit_moments(statistics, options);
  if (progress) progress(1, "fitted");
  return out;
}

ErasureMap ErasureMap::fit_moments(std::span<const Statistics> attributes,
                                   const EraseOptions &options) {
  check_options(options);
  if (attributes.empty() || attributes.size() > kMaxAttributes) {
    refuse(Status::argument, "attributes: must be from 1 to " + std::to_string(kMaxAttributes) +
                                 ", not " + std::to_string(attributes.size()));
  }
  for (const Statistics &of : attributes) {
    if (of.name.size() > 255) refuse(Status::argument, "names: one is longer than 255 bytes");
    if (ClassMoments(of.moments).d != ClassMoments(attributes[0].moments).d) {
      refuse(Status::argument, "stats: the blocks differ in d");
    }
    check_columns_vary(ClassMoments(of.moments));
  }
  if (options.method == EraseMethod::leace) return ErasureMap(fit_leace(attributes, options));
  if (options.method == EraseMethod::gaussian_transport && attributes.size() == 1) {
    return ErasureMap(fit_gaussian_map(attributes[0], options));
  }
  refuse(Status::unsupported, "method: " + std::string(method_name(options.method)) + " of " +
                                  std::to_string(attributes.size()) +
                                  " attributes needs the rows themselves");
}

std::span<const std::uint8_t> ErasureMap::bytes() const noexcept {
  return bytes_;
}
const MapId &ErasureMap::id() const noexcept {
  return id_;
}
std::string ErasureMap::id_text() const {
  constexpr const char *kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : id_) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}
EraseMethod ErasureMap::method() const noexcept {
  return parts_->method;
}
std::size_t ErasureMap::d() const noexcept {
  return parts_->d;
}
std::span<const AttributeReport> ErasureMap::attributes() const noexcept {
  return parts_->attributes;
}
bool ErasureMap::needs_users() const noexcept {
  return !parts_->cells.empty();
}
ErasureMap::Sharing ErasureMap::sharing() const noexcept {
  return {parts_->n_shared, parts_->cells.size(), parts_->moved};
}

std::vector<std::uint8_t> ErasureMap::shared(const Embeddings &rows) const {
  if (rows.d() != parts_->d) refuse(Status::argument, "rows: not of the map's d");
  std::vector<std::uint8_t> out(rows.rows);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    out[i] = parts_->cells.find(rows.row(i)) == kNoCell ? 0 : 1;
  }
  return out;
}
bool ErasureMap::needs_labels() const noexcept {
  return parts_->needs_labels();
}
std::size_t ErasureMap::scratch_floats() const noexcept {
  return parts_->step() + parts_->other_floats(1);
}

bool ErasureMap::apply(const float *row, std::span<const std::int32_t> classes, float *out,
                       float *scratch, const RowOwners &owner) const noexcept {
  const MapParts &parts = *parts_;
  if (parts.needs_labels()) {
    if (classes.size() != parts.attributes.size()) return false;
    for (std::size_t j = 0; j < classes.size(); ++j) {
      const auto count = static_cast<std::int32_t>(parts.attributes[j].classes.size());
      if (classes[j] < kUnknown || classes[j] >= count) return false;
    }
  }
  if (!all_finite({row, parts.d})) return false;
  if (parts.needs_labels() && !any_known(classes)) {
    std::memmove(out, row, parts.d * sizeof(float));
    return true;
  }
  if (!parts.cells.empty()) {
    if (owner.key == nullptr || owner.users.size() != 1) return false;
    const std::int32_t cell =
        parts.cells.place(row, classes, parts.salts, *owner.key, owner.users[0]);
    if (cell != kNoCell) {
      std::ranges::copy(parts.cells.row(static_cast<std::size_t>(cell)), out);
      return true;
    }
  }
  if (parts.stages.empty() || !to_coordinates(parts, row, scratch)) {
    std::memmove(out, row, parts.d * sizeof(float));
    return true;
  }
  const std::uint8_t fold = fold_of_row(parts, row);
  for (const Stage &stage : parts.stages) {
    run_any_stage(stage, parts.width(), classes.size(), classes.data(), &fold, 1, scratch,
                  scratch + parts.step());
  }
  return from_coordinates(parts, scratch, out);
}

void ErasureMap::check_rows(std::size_t rows, std::size_t d,
                            std::span<const AttributeLabels> labels,
                            const RowOwners &owners) const {
  if (d != parts_->d) {
    refuse(Status::argument, "rows.n_cols: an embedding of " + std::to_string(d) +
                                 " columns, the map has " + std::to_string(parts_->d));
  }
  if (needs_users() && (owners.key == nullptr || owners.users.size() != rows)) {
    refuse(Status::argument,
           "owners: this map puts people who share a row by user and key, and needs both");
  }
  if (!needs_labels()) return;
  check_labels(labels, rows);
  if (labels.size() != attributes().size()) {
    refuse(Status::argument, "classes: of " + std::to_string(labels.size()) +
                                 " attributes, the map has " + std::to_string(attributes().size()));
  }
  for (std::size_t j = 0; j < labels.size(); ++j) {
    if (static_cast<std::size_t>(labels[j].classes) != attributes()[j].classes.size()) {
      refuse(Status::argument, "n_classes[" + std::to_string(j) + "]: the map has " +
                                   std::to_string(attributes()[j].classes.size()));
    }
  }
}

}  // namespace recveil::defense
