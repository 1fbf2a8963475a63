#include <bit>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "defense/erase/map_parts.h"
#include "defense/erase/score_stage.h"
#include "defense/erase/wire.h"
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

AttributeReport read_report(WireReader &in) {
  AttributeReport out;
  out.name = in.text(255);
  out.separation = in.f64();
  require(std::isfinite(out.separation), "separation");
  const std::uint32_t alone = in.u32();
  require(alone <= 1, "an attribute that is left alone");
  out.left_alone = alone == 1;
  const std::uint32_t classes = in.u32();
  require(classes >= 2 && classes <= static_cast<std::uint32_t>(kMaxClasses), "classes");
  for (std::uint32_t k = 0; k < classes; ++k) {
    ClassReport of;
    of.n = in.u64();
    const std::uint32_t status = in.u32();
    require(status <= static_cast<std::uint32_t>(ClassStatus::absent), "status of a class");
    of.status = static_cast<ClassStatus>(status);
    of.mean_strength = in.f64();
    of.shrinkage = in.f64();
    require(
        of.mean_strength >= 0 && of.mean_strength <= 1 && of.shrinkage >= 0 && of.shrinkage <= 1,
        "strength of a class");
    out.classes.push_back(of);
  }
  return out;
}

Stage read_stage(WireReader &in, const MapParts &parts) {
  Stage out;
  const std::uint32_t kind = in.u32();
  require(kind <= static_cast<std::uint32_t>(StageKind::score_knots), "kind of a stage");
  out.kind = static_cast<StageKind>(kind);
  out.attribute = in.u32();
  out.count = in.u32();
  out.cells = in.u32();
  out.held = in.u32();
  const bool of_scores = out.kind == StageKind::score_knots;
  const bool of_classes = out.kind == StageKind::class_linear || out.kind == StageKind::class_knots;
  require(out.attribute < parts.attributes.size() || !of_classes, "attribute of a stage");
  require(out.count == (of_classes ? parts.attributes[out.attribute].classes.size() : 1),
          "classes of a stage");
  const std::uint32_t cells = out.cells;
  const bool of_knots = out.kind == StageKind::class_knots;
  require(of_scores  ? cells >= 1 && cells <= kMaxKnots && out.held <= kMostWaves
          : of_knots ? cells >= 1 && cells <= kMaxKnots && out.held <= out.count
                     : cells == 0 && out.held == 0,
          "knots of a stage");
  out.values = in.floats(out.total_size(parts.width()));
  for (const float value : out.values) require(std::isfinite(value), "a value is not finite");
  if (of_scores) {
    check_score_stage(out, parts.width());
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
  WireWriter out;
  out.u64(kMagic);
  out.u32(kVersion);
  out.u32(static_cast<std::uint32_t>(parts.method));
  out.u32(static_cast<std::uint32_t>(parts.d));
  out.u32(parts.polar ? 1 : 0);
  out.f64(static_cast<double>(parts.least_norm));
  out.u32(static_cast<std::uint32_t>(parts.attributes.size()));
  for (const AttributeReport &attribute : parts.attributes) {
    out.text(attribute.name);
    out.f64(attribute.separation);
    out.u32(attribute.left_alone ? 1 : 0);
    out.u32(static_cast<std::uint32_t>(attribute.classes.size()));
    for (const ClassReport &of : attribute.classes) {
      out.u64(of.n);
      out.u32(static_cast<std::uint32_t>(of.status));
      out.f64(of.mean_strength);
      out.f64(of.shrinkage);
    }
  }
  out.u32(static_cast<std::uint32_t>(parts.stages.size()));
  for (const Stage &stage : parts.stages) {
    out.u32(static_cast<std::uint32_t>(stage.kind));
    out.u32(stage.attribute);
    out.u32(stage.count);
    out.u32(stage.cells);
    out.u32(stage.held);
    out.floats(stage.values);
  }
  write_cells(out, parts.cells);
  return out.take();
}

MapParts read_map(std::span<const std::uint8_t> bytes) {
  WireReader in(bytes, "map");
  require(in.u64() == kMagic, "not an erasure map");
  require(in.u32() == kVersion, "of another version");
  MapParts parts;
  const std::uint32_t method = in.u32();
  require(method <= static_cast<std::uint32_t>(EraseMethod::score_transport) &&
              is_map(static_cast<EraseMethod>(method)),
          "method");
  parts.method = static_cast<EraseMethod>(method);
  parts.d = in.u32();
  require(parts.d >= 1 && parts.d <= kMaxDimension, "d");
  const std::uint32_t polar = in.u32();
  require(polar <= 1, "coordinates");
  parts.polar = polar == 1;
  const double least = in.f64();
  require(least >= 0 && least <= 1e30, "least norm");
  parts.least_norm = static_cast<float>(least);
  const std::uint32_t attributes = in.u32();
  require(attributes >= 1 && attributes <= kMaxAttributes, "number of attributes");
  for (std::uint32_t j = 0; j < attributes; ++j) parts.attributes.push_back(read_report(in));
  const std::uint32_t stages = in.u32();
  require(stages <= kMaxStages, "number of stages");
  for (std::uint32_t s = 0; s < stages; ++s) parts.stages.push_back(read_stage(in, parts));
  parts.cells = read_cells(in, parts.d);
  require(parts.cells.empty() || parts.cells.plans().size() == parts.attributes.size(), "plans");
  require(in.at_end(), "bytes after the end");
  return parts;
}

}  // namespace recveil::defense
