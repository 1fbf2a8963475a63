// Flows of least cost through a network without capacities.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace recveil::numerics {

struct FlowArc {
  std::uint32_t from, to;
  double cost;  // of a unit, at least 0
};

// The flow on each arc that costs least. supply: of each node what it sends on, negative what it
// takes; their sum is 0 up to rounding. What cannot be sent along the arcs is left where it is.
// Primal network simplex with strongly feasible trees; deterministic. Costs of arcs should lie
// within 10^6 of each other, or the dearest decide alone.
std::vector<double> min_cost_flow(std::span<const double> supply, std::span<const FlowArc> arcs);

}  // namespace recveil::numerics
