#include "audit/attribute_request.h"

#include <algorithm>

#include "attack/attribute.h"
#include "audit/request_fields.h"

namespace recveil::audit {
namespace {

std::vector<std::string> attacker_names() {
  std::vector<std::string> out{"xgboost"};
  for (const auto &attack : attack::row_attribute_attacks(false)) out.push_back(attack.name);
  out.push_back("joint_gaussian");
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

AttributeRequest parse_attribute_request(const fields::Json &object) {
  using namespace fields;
  const Fields given(object, request::keys_of("attribute"));
  AttributeRequest out;
  out.data = given.word("data");
  out.recommender = given.word("recommender");
  out.compared = given.has("defenses");
  if (out.compared && given.has("defense")) refuse("defenses", "or defense, not both");
  out.defenses =
      out.compared ? given.words("defenses") : std::vector<std::string>{given.word("defense")};
  out.attributes = attribute_names(object);
  out.adversary = given.word("adversary");
  out.sources = given.words("sources");
  if (std::none_of(out.sources.begin(), out.sources.end(), [](const std::string &source) {
        return source == "embedding" || source == "list";
      })) {
    refuse("sources", "must have embedding or list among them");
  }
  const auto edit = std::find_if(out.defenses.begin(), out.defenses.end(), is_edit);
  if (edit != out.defenses.end() &&
      std::find(out.sources.begin(), out.sources.end(), "outside") != out.sources.end()) {
    refuse("sources",
           "outside is of people whom a map was not fitted on, and " + *edit + " leaves no map");
  }
  out.attackers = given.words("attackers", attacker_names());
  out.share = given.number("share");
  out.seeds = given.whole_32("seeds");
  out.first_seed = given.whole("first_seed");
  out.dimension = given.whole_32("dimension");
  out.list_length = given.whole_32("list_length");
  out.folds = given.whole_32("folds");
  if (out.folds == 1) refuse("folds", "must be 0 or at least 2");
  out.edit.share = given.number("edit_share");
  out.edit.choice = given.word("edit_choice");
  out.edit.removal = given.word("edit_removal");
  out.edit.sbo_edit = given.word("sbo_edit");
  out.edit.sbo_threshold = given.number("sbo_threshold");
  out.edit.epsilon = given.number("edit_epsilon");
  out.decoys = given.flag("decoys");
  out.xgboost = given.flag("xgboost");
  out.margin = given.number("margin");
  return out;
}

}  // namespace recveil::audit
