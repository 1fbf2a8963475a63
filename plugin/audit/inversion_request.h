// What to audit of inversion, from the JSON of recveil_audit_run(). docs/inversion.md lists the
// keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attack/inversion.h"
#include "audit/request_fields.h"

namespace recveil::audit {

// What the fakes rate.
enum class FakeKind : std::uint8_t {
  naive,          // the sensitive item and the decoys alone
  popular,        // and the most popular items, up to the average length of a history
  template_copy,  // and what a real account has, up to that length
  descent,        // what Algorithm 2 comes to (attack/inversion_descent.h)
};

// One way to make fakes.
struct FakeRecipe {
  FakeKind kind = FakeKind::naive;
  double mu = 0, beta = 1;  // of descent
  std::string name() const;
};

struct InversionRequest {
  std::string data = "synthetic";       // SPEC of data/load.h
  std::string recommender = "item_cf";  // item_cf, als, als_observed, ials
  std::string defense = "none";         // how lists are served: none, cross_fit, private
  std::string screening = "none";       // none, ocsvm, full
  std::string adversary = "adaptive";   // naive: the published fakes; adaptive: also disguised ones
  std::vector<FakeRecipe> fakes;
  std::vector<double> alphas;          // fakes / people, above 0
  std::vector<std::string> sensitive;  // ids of items; empty: chosen by the number of people
  std::uint32_t least_people = 14, most_people = 25;  // who have such an item
  std::uint32_t items = 5;                            // so chosen
  double rating_at_least = 0;                         // who rated it lower does not have it
  bool binary = false;                                // leave ratings out
  std::uint32_t seeds = 10;                           // repeats: items in turn, decoys drawn anew
  std::uint64_t first_seed = 1;
  std::uint32_t n_decoys = 3;
  std::string decoys = "random";  // random, rare, popular
  std::uint32_t list_length = 5;
  std::uint32_t dimension = 30;  // factors
  double regularization = .01;   // of als and als_observed
  std::uint32_t neighbours = 20;
  double shrinkage = 10;      // both of item_cf
  std::uint32_t folds = 5;    // of cross_fit
  double privacy = 1;         // mu of Gaussian differential privacy, of private
  double margin = .05;        // a share of the people found that counts as no leak
  std::string export_folder;  // the first repeat as files for the injections audit; empty: none
};

// object: the request. Throws Error(argument) naming the key.
InversionRequest parse_inversion_request(const fields::Json &object);

attack::Decoys decoy_kind(const InversionRequest &request);

}  // namespace recveil::audit
