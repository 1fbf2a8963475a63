#include "audit/attribute_request.h"

#include <algorithm>

#include "attack/attribute.h"
#include "audit/request_fields.h"

namespace recveil::audit {
namespace {

const std::vector<std::string> kDefenses{
    "none",  "attrcloak_df", "attrcloak_dd", "gaussian_transport", "optimal_transport",
    "leace", "score_transport", "d2d", "u2u"};

std::vector<std::string> attacker_names() {
  std::vector<std::string> out{"xgboost"};
  for (const auto &attack : attack::row_attribute_attacks(false)) out.push_back(attack.name);
  for (const auto &attack : attack::list_attribute_attacks()) out.push_back(attack.name);
  return out;
}

// Any names: which there are is known to the data.
std::vector<std::string> attribute_names(const fields::Json &object) {
  const auto found = object.find("attributes");
  if (found == object.end()) return {};
  const auto text = [](const fields::Json &entry) { return entry.is_string(); };
  if (!found->is_array() || found->empty() || found->size() > 16 ||
      !std::all_of(found->begin(), found->end(), text)) {
    fields::refuse("attributes", "must be a list of 1 to 16 names");
  }
  std::vector<std::string> out = *found;
  std::vector<std::string> sorted = out;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    fields::refuse("attributes", "names one twice");
  }
  return out;
}

}  // namespace

AttributeRequest parse_attribute_request(std::string_view json) {
  using namespace fields;
  const Json object = object_of(json);
  check_keys(object, {"audit", "data", "recommender", "defense", "defenses", "attributes",
                      "adversary", "sources", "attackers", "share", "seeds", "first_seed",
                      "dimension", "list_length", "folds", "decoys", "xgboost", "margin"});
  AttributeRequest out;
  out.data = word(object, "data", out.data, {});
  out.recommender = word(object, "recommender", out.recommender, {"ials", "als"});
  out.compared = object.contains("defenses");
  if (out.compared && object.contains("defense")) refuse("defenses", "or defense, not both");
  out.defenses = out.compared
                     ? words(object, "defenses", out.defenses, kDefenses)
                     : std::vector<std::string>{word(object, "defense", "none", kDefenses)};
  out.attributes = attribute_names(object);
  out.adversary = word(object, "adversary", out.adversary, {"naive", "adaptive"});
  out.sources = words(object, "sources", out.sources, {"embedding", "list"});
  if (out.sources.empty()) refuse("sources", "at least one of embedding, list");
  out.attackers = words(object, "attackers", {}, attacker_names());
  out.share = number(object, "share", out.share, 0.01, 1);
  out.seeds = static_cast<std::uint32_t>(whole(object, "seeds", out.seeds, 1, 1000));
  out.first_seed = whole(object, "first_seed", out.first_seed, 0, 1u << 30);
  out.dimension = static_cast<std::uint32_t>(whole(object, "dimension", out.dimension, 2, 512));
  out.list_length =
      static_cast<std::uint32_t>(whole(object, "list_length", out.list_length, 10, 1000));
  out.folds = static_cast<std::uint32_t>(whole(object, "folds", out.folds, 0, 20));
  if (out.folds == 1) refuse("folds", "must be 0 or at least 2");
  out.decoys = flag(object, "decoys");
  out.xgboost = flag(object, "xgboost");
  out.margin = number(object, "margin", out.margin, 0.001, 0.5);
  return out;
}

}  // namespace recveil::audit
