#include "defense/erase/erasure_map.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/error.h"
#include "core/seal.h"
#include "defense/erase/by_class.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/output_set.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kBlock = 1024;  // rows mapped at a time

[[noreturn]] void refuse(Status status, const std::string &what) {
  throw Error(status, what);
}

bool any_known(std::span<const std::int32_t> classes) {
  return std::any_of(classes.begin(), classes.end(), [](std::int32_t k) { return k >= 0; });
}

}  // namespace

ErasureMap::ErasureMap(MapParts parts) : bytes_(seal(write_map(parts))) {
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
  // Several attributes one after another: each is fitted on what the ones before have left.
  if (options.method == EraseMethod::optimal_transport ||
      (options.method == EraseMethod::gaussian_transport && labels.size() > 1)) {
    return ErasureMap(fit_transport(rows, labels, options, progress));
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
    refuse(Status::argument,
           "statistics: from 1 to " + std::to_string(kMaxAttributes) + " attributes are possible");
  }
  for (const Statistics &of : attributes) {
    class_moments_check(of.moments);
    if (of.name.size() > 255) refuse(Status::argument, "statistics.name: longer than 255 bytes");
    if (ClassMoments(of.moments).d != ClassMoments(attributes[0].moments).d) {
      refuse(Status::argument, "statistics: of rows of several lengths");
    }
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
bool ErasureMap::needs_labels() const noexcept {
  return parts_->needs_labels();
}
std::size_t ErasureMap::scratch_floats() const noexcept {
  return 3 * parts_->step();
}

bool ErasureMap::apply(const float *row, std::span<const std::int32_t> classes, float *out,
                       float *scratch) const noexcept {
  const MapParts &parts = *parts_;
  if (parts.needs_labels()) {
    if (classes.size() != parts.attributes.size()) return false;
    for (std::size_t j = 0; j < classes.size(); ++j) {
      const auto count = static_cast<std::int32_t>(parts.attributes[j].classes.size());
      if (classes[j] < kUnknown || classes[j] >= count) return false;
    }
  }
  if (!all_finite({row, parts.d})) return false;
  if ((parts.needs_labels() && !any_known(classes)) || !to_coordinates(parts, row, scratch)) {
    std::memmove(out, row, parts.d * sizeof(float));
    return true;
  }
  for (const Stage &stage : parts.stages) {
    run_stage(stage, parts.width(), classes.size(), classes.data(), 1, scratch,
              scratch + parts.step());
  }
  return from_coordinates(parts, scratch, out);
}

ApplyCounts ErasureMap::apply_rows(const Embeddings &in, std::span<const AttributeLabels> labels,
                                   const MutableEmbeddings &out, OutputSet *outputs,
                                   const Progress &progress) const {
  const MapParts &parts = *parts_;
  check_shape(in);
  check_shape(out);
  if (in.rows != out.rows || in.cols != out.cols || in.frozen_tail_cols != out.frozen_tail_cols) {
    refuse(Status::argument, "out: not of the shape of the rows that are read");
  }
  if (in.d() != parts.d) {
    refuse(Status::argument, "embeddings: " + std::to_string(in.d()) + " columns, the map has " +
                                 std::to_string(parts.d));
  }
  const std::size_t attributes = parts.needs_labels() ? parts.attributes.size() : 0;
  if (attributes > 0) {
    check_labels(labels, in.rows);
    if (labels.size() != attributes) {
      refuse(Status::argument, "labels: of " + std::to_string(labels.size()) +
                                   " attributes, the map has " + std::to_string(attributes));
    }
    for (std::size_t j = 0; j < attributes; ++j) {
      if (static_cast<std::size_t>(labels[j].classes) != parts.attributes[j].classes.size()) {
        refuse(Status::argument, "labels[" + std::to_string(j) + "].classes: the map has " +
                                     std::to_string(parts.attributes[j].classes.size()));
      }
    }
  }
  check_embeddings(in);

  const std::size_t step = parts.step(), d = parts.d;
  std::vector<float> rows(kBlock * step), other(2 * kBlock * step);
  std::vector<std::int32_t> classes(kBlock * attributes);
  std::vector<std::uint32_t> order, taken;
  std::vector<std::int32_t> of(attributes);
  ApplyCounts counts;
  for (std::size_t begin = 0; begin < in.rows; begin += kBlock) {
    const std::size_t n = std::min(kBlock, in.rows - begin);
    order.resize(n);
    std::iota(order.begin(), order.end(), static_cast<std::uint32_t>(0));
    if (attributes > 0) {
      const std::int32_t *first = labels[0].of_row.data() + begin;
      std::stable_sort(order.begin(), order.end(),
                       [first](std::uint32_t a, std::uint32_t b) { return first[a] < first[b]; });
    }
    taken.clear();
    for (const std::uint32_t place : order) {
      const std::size_t i = begin + place;
      const float *row = in.row(i);
      for (std::size_t j = 0; j < attributes; ++j) of[j] = labels[j].of_row[i];
      const bool known = attributes == 0 || any_known(of);
      const bool already = known && outputs != nullptr && outputs->contains({row, d});
      counts.unlabelled += known ? 0 : 1;
      counts.already += already ? 1 : 0;
      counts.mapped += known && !already ? 1 : 0;
      if (known && !already && to_coordinates(parts, row, rows.data() + taken.size() * step)) {
        std::copy(of.begin(), of.end(), classes.data() + taken.size() * attributes);
        taken.push_back(place);
      } else if (out.row(i) != row) {
        std::memmove(out.row(i), row, d * sizeof(float));
      }
      if (in.frozen_tail_cols > 0 && out.row(i) != row) {
        std::memmove(out.row(i) + d, row + d, in.frozen_tail_cols * sizeof(float));
      }
    }
    for (const Stage &stage : parts.stages) {
      run_stage(stage, parts.width(), attributes, classes.data(), taken.size(), rows.data(),
                other.data());
    }
    for (std::size_t t = 0; t < taken.size(); ++t) {
      float *to = out.row(begin + taken[t]);
      if (!from_coordinates(parts, rows.data() + t * step, to)) {
        refuse(Status::data, "embeddings.data: row " + std::to_string(begin + taken[t]) +
                                 " is too large to be mapped");
      }
      if (outputs != nullptr) outputs->insert({to, d});
    }
    if (progress) progress(static_cast<double>(begin + n) / static_cast<double>(in.rows), "apply");
  }
  return counts;
}

}  // namespace recveil::defense
