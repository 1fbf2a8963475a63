// Which cells each table of attacks has.
#include "audit/paper.h"

namespace recveil::audit {
namespace {

// One recommender attacked by a shadow of its own kind.
PaperCell diagonal(const PaperRequest &request, const std::string &recommender) {
  PaperCell out;
  out.shadow = {recommender, PaperPart::shadow, 0, request.list_length};
  out.target = {recommender, PaperPart::target, 0, request.list_length};
  out.attack.vectors = request.vectors;
  out.attackers = request.attackers == "all" ? PaperAttackers::all : PaperAttackers::quick;
  return out;
}

// The tables that vary one thing of the diagonal.
std::vector<PaperCell> variations(const PaperRequest &request, const PaperCell &usual) {
  std::vector<PaperCell> out;
  const auto add = [&](auto change) {
    out.push_back(usual);
    change(out.back());
  };
  if (request.table == "randomization") {
    out.push_back(usual);
    for (const double ratio : request.ratios) {
      for (const bool adaptive : {false, true}) {
        add([&](PaperCell &cell) {
          cell.target.ratio = ratio;
          cell.shadow.ratio = adaptive ? ratio : 0;
        });
      }
    }
  } else if (request.table == "length") {
    for (const std::uint32_t k : request.lengths) {
      add([&](PaperCell &cell) { cell.shadow.list_length = cell.target.list_length = k; });
    }
  } else if (request.table == "dimension") {
    for (const std::uint32_t l : request.dimensions) {
      add([&](PaperCell &cell) {
        cell.attack.vectors = l;
        cell.attackers = PaperAttackers::published;
      });
    }
  } else if (request.table == "weights") {
    for (const auto weights : {attack::ListWeights::falling, attack::ListWeights::uniform}) {
      add([&](PaperCell &cell) {
        cell.attack.weights = weights;
        cell.attackers = PaperAttackers::published;
      });
    }
  } else if (request.table == "training") {
    for (const char *training : {"plain", "one_start", "unshuffled", "released"}) {
      add([&](PaperCell &cell) {
        cell.attack.training = training;
        cell.attackers = PaperAttackers::published;
      });
    }
  } else if (request.table == "cross_fit") {
    for (const char *serving : {"own", "one_model", "cross_fit"}) {
      add([&](PaperCell &cell) { cell.serving = serving; });
    }
  } else {
    out.push_back(usual);  // initialization
  }
  return out;
}

}  // namespace

std::vector<PaperCell> paper_cells(const PaperRequest &request) {
  std::vector<PaperCell> out;
  const bool pairs = request.table == "grid" || request.table == "transfer";
  for (const std::string &shadow : request.recommenders) {
    const PaperCell usual = diagonal(request, shadow);
    if (!pairs) {
      const std::vector<PaperCell> more = variations(request, usual);
      out.insert(out.end(), more.begin(), more.end());
      continue;
    }
    for (const std::string &target : request.recommenders) {
      PaperCell cell = usual;
      cell.target.recommender = target;
      if (request.table == "grid") {
        out.push_back(cell);
        continue;
      }
      cell.attackers = PaperAttackers::networks;
      for (const bool from_other : {true, false}) {
        cell.shadow_elsewhere = from_other;
        cell.target_elsewhere = !from_other;
        out.push_back(cell);
      }
    }
  }
  return out;
}

std::size_t least_records(const PaperRequest &request, const std::string &data) {
  constexpr std::size_t kUsual = 20;
  if (request.least_records > 0) return request.least_records;
  return data == "ml-1m" && request.split == "record" ? 3 * kUsual : kUsual;
}

}  // namespace recveil::audit
