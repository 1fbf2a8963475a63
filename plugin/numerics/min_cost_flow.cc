#include "numerics/min_cost_flow.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/watch.h"

namespace recveil::numerics {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

// A spanning tree of the nodes and a root. Arcs that are not in it carry nothing.
class Simplex {
 public:
  Simplex(std::span<const double> supply, std::span<const FlowArc> arcs)
      : given_(arcs.size()), root_(static_cast<std::uint32_t>(supply.size())) {
    arcs_.assign(arcs.begin(), arcs.end());
    double most = 0;
    for (const FlowArc &arc : arcs) most = std::max(most, arc.cost);
    const double dear = (most + 1) * static_cast<double>(supply.size() + 1);
    // A little below 0 counts as 0: rounding of potentials must not keep it going for ever.
    least_ = -1e-13 * dear;
    flow_.assign(arcs.size(), 0.0);
    nodes_.resize(supply.size() + 1);
    for (std::uint32_t v = 0; v < root_; ++v) {
      const bool sends = supply[v] >= 0;
      nodes_[v].arc = static_cast<std::uint32_t>(arcs_.size());
      arcs_.push_back(sends ? FlowArc{v, root_, dear} : FlowArc{root_, v, dear});
      flow_.push_back(std::abs(supply[v]));
      nodes_[v].potential = sends ? -dear : dear;
      hang(v, root_);
      nodes_[v].depth = 1;
    }
  }

  std::vector<double> run() {
    const std::size_t block =
        std::max<std::size_t>(64, static_cast<std::size_t>(std::sqrt(double(given_))));
    std::size_t next = 0, clean = 0, turns = 0;
    // The best of a block enters; all of the arcs without one that gains is the end.
    while (clean < given_) {
      if (++turns % 256 == 0) pulse();
      std::uint32_t best = kNone;
      double gain = least_;
      for (std::size_t i = 0; i < block && clean < given_; ++i, ++clean) {
        const double cost = reduced(next);
        if (cost < gain) {
          gain = cost;
          best = static_cast<std::uint32_t>(next);
        }
        next = next + 1 < given_ ? next + 1 : 0;
      }
      if (best == kNone) continue;
      enter(best);
      clean = 0;
    }
    flow_.resize(given_);
    return std::move(flow_);
  }

 private:
  struct Node {
    std::uint32_t parent = kNone, arc = kNone, depth = 0;
    std::uint32_t child = kNone, before = kNone, after = kNone;  // first child; siblings
    double potential = 0;
  };

  // What is gained by a unit around the cycle that an arc closes.
  double reduced(std::size_t arc) const {
    const FlowArc &of = arcs_[arc];
    return of.cost + nodes_[of.from].potential - nodes_[of.to].potential;
  }

  void hang(std::uint32_t v, std::uint32_t parent) {
    Node &of = nodes_[v];
    of.parent = parent;
    of.before = kNone;
    of.after = nodes_[parent].child;
    if (of.after != kNone) nodes_[of.after].before = v;
    nodes_[parent].child = v;
  }
  void cut(std::uint32_t v) {
    Node &of = nodes_[v];
    if (of.before != kNone) {
      nodes_[of.before].after = of.after;
    } else {
      nodes_[of.parent].child = of.after;
    }
    if (of.after != kNone) nodes_[of.after].before = of.before;
  }
  bool leads_up(std::uint32_t v) const { return arcs_[nodes_[v].arc].from == v; }

  void enter(std::uint32_t arc) {
    const std::uint32_t from = arcs_[arc].from, to = arcs_[arc].to;
    std::uint32_t a = from, b = to;
    while (a != b) {
      if (nodes_[a].depth >= nodes_[b].depth) {
        a = nodes_[a].parent;
      } else {
        b = nodes_[b].parent;
      }
    }
    const std::uint32_t join = a;
    // The last arc from the join on, along the cycle, that loses all it carries: the tree stays
    // strongly feasible, and none returns.
    double most = std::numeric_limits<double>::infinity();
    std::uint32_t out = kNone;
    bool on_from = false;
    for (std::uint32_t v = from; v != join; v = nodes_[v].parent) {
      if (leads_up(v) && flow_[nodes_[v].arc] < most) {
        most = flow_[nodes_[v].arc];
        out = v;
        on_from = true;
      }
    }
    for (std::uint32_t v = to; v != join; v = nodes_[v].parent) {
      if (!leads_up(v) && flow_[nodes_[v].arc] <= most) {
        most = flow_[nodes_[v].arc];
        out = v;
        on_from = false;
      }
    }
    if (out == kNone) return;  // costs are at least 0: there is one
    for (std::uint32_t v = from; v != join; v = nodes_[v].parent) {
      flow_[nodes_[v].arc] += leads_up(v) ? -most : most;
    }
    for (std::uint32_t v = to; v != join; v = nodes_[v].parent) {
      flow_[nodes_[v].arc] += leads_up(v) ? most : -most;
    }
    flow_[nodes_[out].arc] = 0;
    flow_[arc] = most;
    const double by = on_from ? -reduced(arc) : reduced(arc);

    // What is below the arc that leaves is hung up by the one that enters.
    std::uint32_t v = on_from ? from : to, above = on_from ? to : from, with = arc;
    const std::uint32_t top = v;
    for (bool last = false; !last;) {
      last = v == out;
      const std::uint32_t parent = nodes_[v].parent, old = nodes_[v].arc;
      cut(v);
      hang(v, above);
      nodes_[v].arc = with;
      above = v;
      with = old;
      v = parent;
    }
    shift(top, by);
  }

  void shift(std::uint32_t top, double by) {
    stack_.assign(1, top);
    while (!stack_.empty()) {
      const std::uint32_t v = stack_.back();
      stack_.pop_back();
      nodes_[v].potential += by;
      nodes_[v].depth = nodes_[nodes_[v].parent].depth + 1;
      for (std::uint32_t c = nodes_[v].child; c != kNone; c = nodes_[c].after) stack_.push_back(c);
    }
  }

  std::size_t given_;
  std::uint32_t root_;
  double least_ = 0;
  std::vector<FlowArc> arcs_;  // those given, then one between each node and the root
  std::vector<double> flow_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> stack_;
};

}  // namespace

std::vector<double> min_cost_flow(std::span<const double> supply, std::span<const FlowArc> arcs) {
  return Simplex(supply, arcs).run();
}

}  // namespace recveil::numerics
