#include "request/inversion_keys.h"

#include "request/shared_keys.h"

namespace recveil::request {
namespace {

constexpr Key kInversion[] = {
    kData,
    {"recommender", Kind::word, "item_cf", 0, 0, "item_cf als als_observed ials",
     "item_cf: a few neighbours of each item; als: the whole matrix, zeros observed; als_observed: "
     "the given ratings alone, which hides the attack; ials: weighted"},
    {"defense", Kind::word, "none", 0, 0, "none cross_fit private",
     "how lists are served: none: by one model; cross_fit: everybody by the model that never saw "
     "their fold; private: by a model of noisy statistics"},
    {"screening", Kind::word, "none", 0, 0, "none ocsvm full",
     "what accounts pass before they train a model"},
    {"adversary", Kind::word, "adaptive", 0, 0, "naive adaptive",
     "naive: fakes with the sensitive item and the decoys alone; adaptive: and such as also have "
     "what a real account has"},
    {"fakes", Kind::words, "", 0, 0, "naive popular template_copy descent",
     "what the fakes have, instead of what the adversary stands for; descent: what the published "
     "gradient descent comes to"},
    {"alphas",
     Kind::text,
     "0.01,0.02,0.05",
     0,
     0,
     {},
     "fakes, as shares of the people, with commas between"},
    {"mu",
     Kind::text,
     "0",
     0,
     0,
     {},
     "of descent: how much all other items must stay where they are, with commas between"},
    {"beta",
     Kind::text,
     "1",
     0,
     0,
     {},
     "of descent: the share of the people whose data the attacker knows, who trains on them what "
     "stands for the model, with commas between"},
    {"sensitive",
     Kind::text,
     "",
     0,
     0,
     {},
     "ids of the sensitive items, with commas between (default: items by the number of people)"},
    {"least_people", Kind::whole, "14", 1, kMostSeed, {}, "who have an item that is chosen"},
    {"most_people", Kind::whole, "25", 1, kMostSeed, {}, "who have an item that is chosen"},
    {"items", Kind::whole, "5", 1, 1000, {}, "so many items are chosen"},
    {"rating_at_least",
     Kind::number,
     "0",
     0,
     1e6,
     {},
     "who rated the item lower does not count as having it"},
    {"binary", Kind::flag, "false", 0, 0, {}, "leave ratings out"},
    {"seeds",
     Kind::whole,
     "10",
     1,
     1000,
     {},
     "repeats: each takes the next sensitive item and draws decoys"},
    kFirstSeed,
    {"n_decoys", Kind::whole, "3", 1, 20, {}, "harmless items that the fakes tie to it"},
    {"decoys", Kind::word, "random", 0, 0, "random rare popular", "which items those are"},
    {"list_length", Kind::whole, "5", 1, 1000, {}, "items a list shows"},
    {"dimension", Kind::whole, "30", 1, 512, {}, "factors"},
    {"regularization", Kind::number, "0.01", 1e-6, 1e6, {}, "of als and als_observed"},
    {"neighbours", Kind::whole, "20", 1, 1000000, {}, "of an item, in item_cf"},
    {"shrinkage", Kind::number, "10", 0, 1e6, {}, "of item_cf: damps pairs of rare items"},
    {"folds", Kind::whole, "5", 2, 64, {}, "of cross_fit"},
    {"privacy",
     Kind::number,
     "1",
     0.01,
     100,
     {},
     "mu of Gaussian differential privacy, of private"},
    {"margin",
     Kind::number,
     "0.05",
     0.001,
     0.5,
     {},
     "a share of the people with the item that may be found and counts as no leak"},
    {"export",
     Kind::text,
     "",
     0,
     0,
     {},
     "a folder for the first repeat's files, as `recveil audit injections` reads them"},
    {"audit", Kind::word, "inversion", 0, 0, "inversion", {}, "-"},
};

constexpr Key kInjections[] = {
    {"before",
     Kind::text,
     "",
     0,
     0,
     {},
     "user,rank,item: what people were shown before the test injection; of several injections, "
     "their files with commas between"},
    {"after", Kind::text, "", 0, 0, {}, "the same after it"},
    {"holders", Kind::text, "", 0, 0, {}, "user,0 or 1: does the person have the sensitive item?"},
    {"decoys", Kind::text, "", 0, 0, {}, "the items that the fakes had next to it, one a line"},
    {"items",
     Kind::text,
     "",
     0,
     0,
     {},
     "all items, one a line: an item that is not there is an error"},
    {"margin",
     Kind::number,
     "0.05",
     0.001,
     0.5,
     {},
     "a share of the people with the item found that counts as no leak"},
    {"audit", Kind::word, "injections", 0, 0, "injections", {}, "-"},
};

}  // namespace

std::span<const Key> inversion_keys() {
  return kInversion;
}

std::span<const Key> injections_keys() {
  return kInjections;
}

}  // namespace recveil::request
