#include "audit/paper_request.h"

#include <algorithm>
#include <cmath>

namespace recveil::audit {

using namespace fields;

PaperRequest parse_paper_request(const Json &object) {
  const Fields given(object, request::keys_of("paper"));
  PaperRequest out;
  out.table = given.word("table");
  out.data = given.word("data");
  out.other = given.word("other");
  if (out.table == "transfer" && out.other.empty()) {
    refuse("other", "the table transfer needs a second set of data");
  }
  if (out.table != "transfer" && given.has("other")) refuse("other", "of the table transfer alone");
  out.split = given.word("split");
  out.least_records = given.whole_32("least_records");
  out.recommenders = given.words("recommenders");
  out.lists = given.word("lists");
  out.attackers = given.word("attackers");
  out.seeds = given.whole_32("seeds");
  out.first_seed = given.whole("first_seed");
  out.list_length = given.whole_32("list_length");
  out.vectors = given.whole_32("vectors");
  out.ratios = decimals(given, "ratios", 0.001, 1);
  out.lengths = given.numbers("lengths");
  out.dimensions = given.numbers("dimensions");
  out.epochs = given.numbers("epochs");
  out.folds = given.whole_32("folds");
  for (const std::string &name : out.recommenders) {
    const bool served = name == "item_cf" || name == "lfm" || name == "ncf";
    if (out.table == "cross_fit" && !served && given.has("recommenders")) {
      refuse("recommenders", "of the table cross_fit are item_cf, lfm and ncf; not " + name);
    }
    const bool is_quality = out.table == "quality" || out.table == "epochs";
    if (name == "popularity" && !is_quality) {
      refuse("recommenders",
             "popularity serves everybody the same; it is of the tables quality and epochs");
    }
    if (name == "lfm_released" && out.table == "epochs") {
      refuse("recommenders", "lfm_released is not trained; it is not of the table epochs");
    }
    if (name == "ncf_one_model" && (is_quality || out.table == "transfer")) {
      refuse("recommenders", "ncf_one_model has no lists of its own in the table " + out.table);
    }
  }
  if (given.has("recommenders")) return out;
  if (out.table == "quality") {
    out.recommenders = {"popularity",   "item_cf", "lfm_released", "lfm_published",
                        "ncf_released", "lfm",     "ncf"};
  } else if (out.table == "epochs") {
    out.recommenders = {"popularity", "item_cf", "lfm", "ncf"};
  } else if (out.table == "initialization") {
    out.recommenders = {"lfm_released",  "lfm_published", "lfm",
                        "ncf_one_model", "ncf_released",  "ncf"};
  } else if (out.table == "cross_fit") {
    out.recommenders = {"lfm", "ncf"};
  }
  return out;
}

}  // namespace recveil::audit
