#include <bit>
#include <cmath>
#include <cstring>

#include "core/bytes.h"
#include "core/error.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/score_stage.h"
#include "numerics/product_kernels.h"

namespace recveil::defense {
namespace {

constexpr std::uint64_t kMagic = 0x50414d4553415245;  // "ERASEMAP"
constexpr std::uint32_t kVersion = 5;                 // 5: scores and cells
constexpr std::size_t kMaxStages = 100'000;
constexpr std::uint32_t kMaxKnots = 64;

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::data, "map: " + what);
}

void require(bool holds, const char *what) {
  if (!holds) refuse(what);
}

AttributeReport read_report(ByteReader &in) {
  AttributeReport out;
  out.name = in.text(255);
  out.separation = in.value<double>();
  require(std::isfinite(out.separation), "separation");
  const std::uint32_t alone = in.value<std::uint32_t>();
  require(alone <= 1, "an attribute that is left alone");
  out.left_alone = alone == 1;
  const std::uint32_t classes = in.value<std::uint32_t>();
  require(classes >= 2 && classes <= static_cast<std::uint32_t>(kMaxClasses), "classes");
  for (std::uint32_t k = 0; k < classes; ++k) {
    ClassReport of;
    of.n = in.value<std::uint64_t>();
    const std::uint32_t status = in.value<std::uint32_t>();
    require(status >= 1 && status <= static_cast<std::uint32_t>(ClassStatus::absent),
            "status of a class");
    of.status = static_cast<ClassStatus>(status);
    of.mean_strength = in.value<double>();
    of.shrinkage = in.value<double>();
    require(
        of.mean_strength >= 0 && of.mean_strength <= 1 && of.shrinkage >= 0 && of.shrinkage <= 1,
        "strength of a class");
    out.classes.push_back(of);
  }
  return out;
}

Stage read_stage(ByteReader &in, const MapParts &parts) {
  Stage out;
  const std::uint32_t kind = in.value<std::uint32_t>();
  require(kind <= static_cast<std::uint32_t>(StageKind::score_knots), "kind of a stage");
  out.kind = static_cast<StageKind>(kind);
  out.attribute = in.value<std::uint32_t>();
  out.count = in.value<std::uint32_t>();
  out.cells = in.value<std::uint32_t>();
  out.held = in.value<std::uint32_t>();
  const bool of_scores = out.kind == StageKind::score_knots;
  const bool of_classes = out.kind == StageKind::class_linear || out.kind == StageKind::class_knots;
  // What a map has besides depends on its method: classes of rows, or their folds.
  require(of_scores == (parts.method == EraseMethod::score_transport) &&
              (!of_classes || parts.needs_labels()),
          "kind of a stage");
  require(out.attribute < parts.attributes.size() || !of_classes, "attribute of a stage");
  require(out.count == (of_classes ? parts.attributes[out.attribute].classes.size() : 1),
          "classes of a stage");
  const std::uint32_t cells = out.cells;
  const bool of_knots = out.kind == StageKind::class_knots;
  require(of_scores  ? cells >= 1 && cells <= kMaxKnots && out.held <= kMostWaves
          : of_knots ? cells >= 1 && cells <= kMaxKnots && out.held <= out.count
                     : cells == 0 && out.held == 0,
          "knots of a stage");
  out.values = in.array<float>();
  require(out.values.size() == out.total_size(parts.width()), "size of a stage");
  for (const float value : out.values) require(std::isfinite(value), "a value is not finite");
  if (of_scores) {
    check_score_stage(out, parts.width());
    make_ready(out, parts.width());
    return out;
  }
  // Kernels multiply the padding too.
  const std::size_t width = parts.width(), step = parts.step();
  const std::size_t maps = out.maps_begin(width);
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    const bool other = i >= step && i < maps;
    const std::size_t column = (i < maps ? i : i - maps) % step;
    require(other || column < width || out.values[i] == 0, "padding");
  }
  for (std::size_t k = 0; k < out.count && of_knots; ++k) {
    const float place = out.values[step + cells + k];
    require(place == -1 ||
                (place >= 0 && place < static_cast<float>(out.held) && place == std::floor(place)),
            "place of a class");
  }
  for (std::size_t m = 1; m < cells; ++m) {
    require(out.values[step + m] > out.values[step + m - 1], "knots of a stage");
  }
  return out;
}

}  // namespace

std::vector<std::uint8_t> write_map(const MapParts &parts) {
  ByteWriter out;
  out.value<std::uint64_t>(kMagic);
  out.value<std::uint32_t>(kVersion);
  out.value(static_cast<std::uint32_t>(parts.method));
  out.value(static_cast<std::uint32_t>(parts.d));
  out.value<std::uint32_t>(parts.polar ? 1 : 0);
  out.value<double>(static_cast<double>(parts.least_norm));
  out.value(static_cast<std::uint32_t>(parts.attributes.size()));
  for (const AttributeReport &attribute : parts.attributes) {
    out.text(attribute.name);
    out.value<double>(attribute.separation);
    out.value<std::uint32_t>(attribute.left_alone ? 1 : 0);
    out.value(static_cast<std::uint32_t>(attribute.classes.size()));
    for (const ClassReport &of : attribute.classes) {
      out.value<std::uint64_t>(of.n);
      out.value(static_cast<std::uint32_t>(of.status));
      out.value<double>(of.mean_strength);
      out.value<double>(of.shrinkage);
    }
  }
  out.value(static_cast<std::uint32_t>(parts.stages.size()));
  for (const Stage &stage : parts.stages) {
    out.value(static_cast<std::uint32_t>(stage.kind));
    out.value<std::uint32_t>(stage.attribute);
    out.value<std::uint32_t>(stage.count);
    out.value<std::uint32_t>(stage.cells);
    out.value<std::uint32_t>(stage.held);
    out.array(stage.values);
  }
  out.value<std::uint64_t>(parts.n_shared);
  out.value<double>(parts.moved);
  write_cells(out, parts.cells);
  return std::move(out.bytes);
}

MapParts read_map(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes, "map");
  require(in.value<std::uint64_t>() == kMagic, "not an erasure map");
  require(in.value<std::uint32_t>() == kVersion, "of another version");
  MapParts parts;
  const std::uint32_t method = in.value<std::uint32_t>();
  require(method <= static_cast<std::uint32_t>(EraseMethod::score_transport) &&
              is_map(static_cast<EraseMethod>(method)),
          "method");
  parts.method = static_cast<EraseMethod>(method);
  parts.d = in.value<std::uint32_t>();
  require(parts.d >= 1 && parts.d <= kMaxDimension, "d");
  const std::uint32_t polar = in.value<std::uint32_t>();
  require(polar <= 1, "coordinates");
  parts.polar = polar == 1;
  const double least = in.value<double>();
  require(least >= 0 && least <= 1e30, "least norm");
  parts.least_norm = static_cast<float>(least);
  const std::uint32_t attributes = in.value<std::uint32_t>();
  require(attributes >= 1 && attributes <= kMaxAttributes, "number of attributes");
  for (std::uint32_t j = 0; j < attributes; ++j) parts.attributes.push_back(read_report(in));
  const std::uint32_t stages = in.value<std::uint32_t>();
  require(stages <= kMaxStages, "number of stages");
  for (std::uint32_t s = 0; s < stages; ++s) parts.stages.push_back(read_stage(in, parts));
  parts.n_shared = in.value<std::uint64_t>();
  parts.moved = in.value<double>();
  require(parts.moved >= 0 && parts.moved <= 16, "moved rows");
  parts.cells = read_cells(in, parts.d);
  require(parts.cells.empty() || parts.cells.plans().size() == parts.attributes.size(), "plans");
  for (std::size_t j = 0; j < parts.cells.plans().size(); ++j) {
    const std::size_t classes = parts.cells.plans()[j].n_classes;
    require(classes == (parts.needs_labels() ? parts.attributes[j].classes.size() : 1),
            "classes of a plan");
  }
  in.finish();
  return parts;
}

}  // namespace recveil::defense
