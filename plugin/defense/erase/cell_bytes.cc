#include "defense/erase/map_parts.h"

namespace recveil::defense {
namespace {

constexpr std::uint32_t kMostCells = 1U << 20;
constexpr std::uint32_t kMostHashes = 1U << 30;

std::uint32_t count_of(WireReader &in, std::uint32_t most) {
  const std::uint32_t n = in.u32();
  if (n > most) throw Error(Status::data, "map: too many cells");
  return n;
}

CellPlan read_plan(WireReader &in, std::size_t cells) {
  CellPlan out;
  out.n_classes = in.u32();
  if (out.n_classes < 1 || out.n_classes > static_cast<std::uint32_t>(kMaxClasses)) {
    throw Error(Status::data, "map: classes of a plan");
  }
  out.down = in.floats(out.n_classes);
  out.stay = in.floats(out.n_classes * cells);
  for (std::size_t at = 0; at < out.n_classes * cells; ++at) {
    out.begin.push_back(static_cast<std::uint32_t>(out.to.size()));
    const std::uint32_t ways = count_of(in, static_cast<std::uint32_t>(cells));
    for (std::uint32_t way = 0; way < ways; ++way) out.to.push_back(in.u32());
  }
  out.begin.push_back(static_cast<std::uint32_t>(out.to.size()));
  out.up_to = in.floats(out.to.size());
  return out;
}

}  // namespace

void write_cells(WireWriter &out, const CellTable &cells) {
  out.u32(static_cast<std::uint32_t>(cells.size()));
  if (cells.empty()) return;
  out.f64(cells.radius());
  out.f64(cells.least_norm());
  out.floats(cells.rows());
  out.u32(static_cast<std::uint32_t>(cells.hashes().size()));
  for (const std::uint64_t hash : cells.hashes()) out.u64(hash);
  for (const std::uint32_t cell : cells.cell_of_hash()) out.u32(cell);
  out.u32(static_cast<std::uint32_t>(cells.plans().size()));
  for (const CellPlan &plan : cells.plans()) {
    out.u32(plan.n_classes);
    out.floats(plan.down);
    out.floats(plan.stay);
    for (std::size_t at = 0; at + 1 < plan.begin.size(); ++at) {
      out.u32(plan.begin[at + 1] - plan.begin[at]);
      for (std::uint32_t way = plan.begin[at]; way < plan.begin[at + 1]; ++way)
        out.u32(plan.to[way]);
    }
    out.floats(plan.up_to);
  }
}

CellTable read_cells(WireReader &in, std::size_t d) {
  const std::size_t n = count_of(in, kMostCells);
  if (n == 0) return {};
  const double radius = in.f64(), least_norm = in.f64();
  std::vector<float> rows = in.floats(n * d);
  const std::uint32_t n_hashes = count_of(in, kMostHashes);
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint32_t> cell_of_hash;
  for (std::uint32_t h = 0; h < n_hashes; ++h) hashes.push_back(in.u64());
  for (std::uint32_t h = 0; h < n_hashes; ++h) cell_of_hash.push_back(in.u32());
  std::vector<CellPlan> plans;
  const std::uint32_t n_plans = in.u32();
  for (std::uint32_t j = 0; j < n_plans; ++j) plans.push_back(read_plan(in, n));
  return CellTable(d, radius, least_norm, std::move(rows), std::move(hashes),
                   std::move(cell_of_hash), std::move(plans));
}

}  // namespace recveil::defense
