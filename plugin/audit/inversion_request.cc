#include "audit/inversion_request.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "audit/request_fields.h"

namespace recveil::audit {
namespace {

using namespace fields;

std::vector<FakeRecipe> recipes(const Fields &given, const std::string &adversary) {
  std::vector<std::string> names = given.words("fakes");
  if (names.empty()) {
    names = {"naive"};
    if (adversary == "adaptive") names.push_back("template_copy");
  }
  std::vector<FakeRecipe> out;
  for (const std::string &name : names) {
    if (name == "naive") out.push_back({FakeKind::naive});
    if (name == "popular") out.push_back({FakeKind::popular});
    if (name == "template_copy") out.push_back({FakeKind::template_copy});
    if (name != "descent") continue;
    for (const double mu : decimals(given, "mu", 0, 1e6)) {
      for (const double beta : decimals(given, "beta", 0.001, 1)) {
        out.push_back({FakeKind::descent, mu, beta});
      }
    }
  }
  for (const char *key : {"mu", "beta"}) {
    if (given.has(key) && std::find(names.begin(), names.end(), "descent") == names.end()) {
      refuse(key, "is of the fakes \"descent\" alone");
    }
  }
  return out;
}

}  // namespace

std::string FakeRecipe::name() const {
  switch (kind) {
    case FakeKind::naive:
      return "naive";
    case FakeKind::popular:
      return "popular";
    case FakeKind::template_copy:
      return "template_copy";
    case FakeKind::descent:
      break;
  }
  return "descent";
}

InversionRequest parse_inversion_request(const fields::Json &object) {
  const Fields given(object, request::keys_of("inversion"));
  InversionRequest out;
  out.data = given.word("data");
  out.recommender = given.word("recommender");
  out.defense = given.word("defense");
  out.screening = given.word("screening");
  out.adversary = given.word("adversary");
  out.fakes = recipes(given, out.adversary);
  out.alphas = decimals(given, "alphas", 0.0001, 0.5);
  out.sensitive = parts(given.word("sensitive"));
  out.least_people = given.whole_32("least_people");
  out.most_people = given.whole_32("most_people");
  if (out.least_people > out.most_people) {
    refuse("least_people",
           "must be at most most_people, which is " + std::to_string(out.most_people));
  }
  out.items = given.whole_32("items");
  out.rating_at_least = given.number("rating_at_least");
  out.binary = given.flag("binary");
  if (out.binary && out.rating_at_least > 0) {
    refuse("rating_at_least", "needs ratings, which binary leaves out");
  }
  out.seeds = given.whole_32("seeds");
  out.first_seed = given.whole("first_seed");
  out.n_decoys = given.whole_32("n_decoys");
  out.decoys = given.word("decoys");
  out.list_length = given.whole_32("list_length");
  if (out.n_decoys > out.list_length) {
    refuse("n_decoys", "must be at most list_length, which is " + std::to_string(out.list_length));
  }
  out.dimension = given.whole_32("dimension");
  out.regularization = given.number("regularization");
  out.neighbours = given.whole_32("neighbours");
  out.shrinkage = given.number("shrinkage");
  out.folds = given.whole_32("folds");
  out.privacy = given.number("privacy");
  out.margin = given.number("margin");
  out.export_folder = given.word("export");
  return out;
}

attack::Decoys decoy_kind(const InversionRequest &request) {
  if (request.decoys == "rare") return attack::Decoys::rare;
  return request.decoys == "popular" ? attack::Decoys::popular : attack::Decoys::random;
}

}  // namespace recveil::audit
