#include "defense/erase/map_parts.h"

namespace recveil::defense {

void write_cells(ByteWriter &out, const CellTable &cells) {
  out.value<std::uint32_t>(static_cast<std::uint32_t>(cells.size()));
  if (cells.empty()) return;
  out.value<double>(cells.radius());
  out.value<double>(cells.least_norm());
  out.array(cells.rows());
  out.array(cells.hashes());
  out.array(cells.cell_of_hash());
  out.value<std::uint32_t>(static_cast<std::uint32_t>(cells.plans().size()));
  for (const CellPlan &plan : cells.plans()) {
    out.value<std::uint32_t>(plan.n_classes);
    out.array(plan.down);
    out.array(plan.stay);
    out.array(plan.begin);
    out.array(plan.to);
    out.array(plan.up_to);
  }
}

CellTable read_cells(ByteReader &in, std::size_t d) {
  if (in.value<std::uint32_t>() == 0) return {};
  const double radius = in.value<double>(), least_norm = in.value<double>();
  auto rows = in.array<float>();
  auto hashes = in.array<std::uint64_t>();
  auto cell_of_hash = in.array<std::uint32_t>();
  const std::uint32_t n_plans = in.value<std::uint32_t>();
  if (n_plans > kMaxAttributes) in.fail("too many plans");
  std::vector<CellPlan> plans(n_plans);
  for (CellPlan &plan : plans) {
    plan.n_classes = in.value<std::uint32_t>();
    plan.down = in.array<float>();
    plan.stay = in.array<float>();
    plan.begin = in.array<std::uint32_t>();
    plan.to = in.array<std::uint32_t>();
    plan.up_to = in.array<float>();
  }
  return CellTable(d, radius, least_norm, std::move(rows), std::move(hashes),
                   std::move(cell_of_hash), std::move(plans));
}

}  // namespace recveil::defense
