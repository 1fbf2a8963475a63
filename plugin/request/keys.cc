#include "request/keys.h"

#include <algorithm>

#include "request/inversion_keys.h"
#include "request/shared_keys.h"

namespace recveil::request {
namespace {

constexpr std::string_view kRecommenders = "item_cf ials als lfm popularity";
constexpr Key kListLength{"list_length", Kind::whole, "100", 10, 1000, {}, "items a list shows"};

constexpr Key kMembership[] = {
    kData,
    {"recommender", Kind::word, "item_cf", 0, 0, kRecommenders, "what is trained"},
    {"defense", Kind::word, "none", 0, 0, "none popularity_randomization fold_in cross_fit private",
     "none: non-members get the most popular items; fold_in: one model, everybody by history; "
     "cross_fit: everybody by the model that never saw their fold; private: everybody by one model "
     "that was trained with differential privacy"},
    {"adversary", Kind::word, "adaptive", 0, 0, "naive adaptive sybil crowd",
     "naive: does not know the defence; adaptive: trains on a shadow that has it; sybil: and types "
     "histories into accounts of their own (fold_in, cross_fit, private); crowd: and sees lists of "
     "some "
     "other people"},
    {"seeds", Kind::whole, "5", 1, 1000, {}, "user-disjoint splits, more for a finer answer"},
    kFirstSeed,
    {"people",
     Kind::whole,
     "0",
     0,
     kMostSeed,
     {},
     "look at so many people of each population, of every activity in proportion (0: at all)"},
    {"trained_on", Kind::word, "all", 0, 0, "all sample",
     "with --people, whose data train the models: all, or those people alone, which is faster and "
     "leaks more than the whole would"},
    kListLength,
    {"ratio",
     Kind::number,
     "0.1",
     1e-3,
     1,
     {},
     "list length / pool size of popularity_randomization"},
    {"dimension", Kind::whole, "32", 1, 512, {}, "factors of ials, als and lfm"},
    {"activity", Kind::word, "balanced", 0, 0, "balanced biased",
     "balanced: both groups are the same people, members of one system and non-members of the "
     "other; biased: non-members are less active"},
    {"folds", Kind::whole, "5", 2, 64, {}, "folds of cross_fit"},
    {"epsilon",
     Kind::number,
     "4",
     0.1,
     100,
     {},
     "of private, at delta 1e-6, for the one release that is audited"},
    {"member_share",
     Kind::number,
     "0.83",
     0.2,
     0.98,
     {},
     "private to a sybil: the share of the people who train, where the attacker knows all of them "
     "but those attacked"},
    {"baselines",
     Kind::flag,
     "false",
     0,
     0,
     {},
     "private to a sybil: also attack randomized response and VP-DPMF on the same split, which "
     "takes longer"},
    {"shadows",
     Kind::whole,
     "16",
     0,
     1000,
     {},
     "shadow systems of the likelihood ratio (usually 64 with item_cf, else 16; 0: none)"},
    {"support_floor",
     Kind::whole,
     "0",
     0,
     kMostSeed,
     {},
     "cross_fit recommends items that at least so many members of the fold's model have; 0: the "
     "most that keeps the lists good on these data, up to 5"},
    {"history_cap",
     Kind::whole,
     "0",
     0,
     kMostSeed,
     {},
     "train on the last so many items of each history, so that nobody weighs more (0: on all)"},
    {"neighbours",
     Kind::whole,
     "0",
     0,
     kMostSeed,
     {},
     "item_cf keeps so many neighbours of each item, the most similar (0: all)"},
    {"freshness", Kind::word, "trained", 0, 0, "trained current stale_members",
     "trained: people are served by the histories that trained the model; current: they go on "
     "after "
     "the training and are served by what they have now; stale_members: members by what they had "
     "then, the others by what they have now"},
    {"knowledge",
     Kind::number,
     "1",
     0.01,
     1,
     {},
     "the share of every history that the attacker knows"},
    {"later_items",
     Kind::flag,
     "false",
     0,
     0,
     {},
     "the attacker also knows the item that each person took next"},
    {"canaries",
     Kind::whole,
     "0",
     0,
     1000,
     {},
     "people of each class who are given a pair of items that nobody else has (fold_in, "
     "cross_fit, private); with private to a sybil also draws of noise with and without one"},
    {"margin", Kind::number, "0.05", 0.001, 0.5, {}, "an AUC within .5 +- this counts as no leak"},
    {"export",
     Kind::text,
     "",
     0,
     0,
     {},
     "a folder for the first split's files, as `recveil audit lists` reads them"},
    {"audit", Kind::word, "membership", 0, 0, "membership grid demo", {}, "-"},
    {"cells", Kind::text, "", 0, 0, {}, {}, "-"},  // a list of objects, read apart
};

constexpr std::string_view kErasures =
    "none attrcloak_df attrcloak_dd gaussian_transport optimal_transport leace score_transport d2d "
    "u2u blurme blurmore perblur sbo randomized_response";

constexpr Key kAttribute[] = {
    kData,
    {"recommender", Kind::word, "ials", 0, 0, "ials als", "what keeps a row of numbers a user"},
    {"defenses", Kind::words, "none", 0, 0, kErasures,
     "several, with commas between, are compared on the same splits; the last five edit histories "
     "before a model learns from them, as published: baselines",
     "--defense"},
    {"defense", Kind::word, "none", 0, 0, kErasures, {}, "-"},
    {"attributes",
     Kind::words,
     "",
     0,
     0,
     {},
     "erased together and attacked each (default: all of the data)",
     "--attribute"},
    {"adversary", Kind::word, "adaptive", 0, 0, "naive adaptive",
     "naive: learns on raw rows of others; adaptive: also on rows that were erased like those "
     "attacked"},
    {"sources", Kind::words, "embedding,list", 0, 0,
     "embedding list history row+history list+history two_versions outside",
     "what is attacked; list: what is shown; history: what a model learns from; row+history: the "
     "erased row next to the raw row, "
     "which "
     "who knows the history can compute; two_versions: the erased row next to the raw row of an "
     "older model; outside: rows of "
     "people who were not in the fit",
     "--source"},
    {"attackers", Kind::words, "", 0, 0, {}, "these alone (default: all)"},
    {"share", Kind::number, "1", 0.01, 1, {}, "of the people who ask to be erased; 1: everybody"},
    {"seeds",
     Kind::whole,
     "3",
     1,
     1000,
     {},
     "splits: each trains a model and draws who asks and who is attacked"},
    kFirstSeed,
    {"dimension", Kind::whole, "32", 2, 512, {}, "factors of a row"},
    kListLength,
    {"folds",
     Kind::whole,
     "0",
     0,
     20,
     {},
     "parts that are attacked in turn by the others; 0: 5 where everybody asks, else 2"},
    {"edit_share",
     Kind::number,
     "0.1",
     0.001,
     1,
     {},
     "blurme, blurmore, perblur, sbo: items that are added or taken, of a history"},
    {"edit_choice", Kind::word, "greedy", 0, 0, "greedy random sampled",
     "blurme, blurmore: the strongest items of the other class, any, or by their weights"},
    {"edit_removal", Kind::word, "random", 0, 0, "none random strategic",
     "blurmore, perblur: what is taken out so that the volume stays; strategic: the strongest "
     "items "
     "of the own class"},
    {"sbo_edit", Kind::word, "weighted", 0, 0, "imputation removal weighted",
     "sbo: adds, takes out, or either by chance"},
    {"sbo_threshold",
     Kind::number,
     "0.3",
     0,
     1,
     {},
     "sbo: people whose items lean less to a class are left as they are"},
    {"edit_epsilon",
     Kind::number,
     "4",
     0,
     50,
     {},
     "randomized_response: of one bit; a person spends it for each item of the catalogue"},
    {"decoys",
     Kind::flag,
     "false",
     0,
     0,
     {},
     "hide keyed decoys from the lists of those who asked"},
    {"margin", Kind::number, "0.05", 0.001, 0.5, {}, "an AUC within .5 +- this counts as no leak"},
    {"xgboost",
     Kind::flag,
     "false",
     0,
     0,
     {},
     "do not load XGBoost, where it is installed, as one more attacker",
     "--no-xgboost"},
    {"audit", Kind::word, "attribute", 0, 0, "attribute", {}, "-"},
};

constexpr Key kScreening[] = {
    kData,
    {"defense", Kind::word, "full", 0, 0, "none ocsvm full",
     "ocsvm: PCA and a one-class SVM, as published; full: behaviour, copies and coordination"},
    {"adversary", Kind::word, "adaptive", 0, 0, "naive adaptive",
     "naive: the published attacks; adaptive: also those of somebody who knows the defence, which "
     "are reported and not judged"},
    {"attacks",
     Kind::words,
     "",
     0,
     0,
     {},
     "these alone: random average bandwagon segment average_over_popular popularity_sampled "
     "template_copy user_mix hidano_naive, and reported alone: spread_targets unknown_donors "
     "unknown_mix below_max pga reverse_bandwagon group_strict group_loose cooccurrence_walk "
     "surrogate_top power_user influence_mix persona shifting_targets nuke_random nuke_average "
     "nuke_template_copy popular_random popular_average popular_segment popular_template_copy "
     "popular_cooccurrence_walk popular_surrogate_top (default: all)"},
    {"sizes", Kind::numbers, "20,100,average", 12, 100000, "average",
     "items of a fake: numbers, or the average of the trusted accounts"},
    {"targets",
     Kind::words,
     "",
     0,
     0,
     {},
     "what is pushed: unpopular_1, medium_1 (1.5 to 3 % have it), unpopular_5, spread_5, of which "
     "every fake pushes one, popular_1 (5 to 15 % have it), and unpopular_20, of which every fake "
     "pushes three (default: all)"},
    {"injection_rate", Kind::number, "0.01", 1e-4, 0.2, {}, "fakes of a campaign, of all users"},
    {"seeds",
     Kind::whole,
     "10",
     1,
     1000,
     {},
     "random splits into trusted window, batch and donors nobody has seen; each has one campaign "
     "of "
     "every kind"},
    kFirstSeed,
    {"repeats",
     Kind::whole,
     "20",
     0,
     1000,
     {},
     "trainings for clean batches, random and by order of arrival"},
    {"batches",
     Kind::numbers,
     "100,300,1000",
     20,
     100000,
     {},
     "sizes of clean batches, of those that a third of the users fill"},
    {"scenes",
     Kind::flag,
     "true",
     0,
     0,
     {},
     "without flash crowds, trends, drips and windows with fakes in them",
     "--no-scenes"},
    {"impact_splits",
     Kind::whole,
     "1",
     0,
     1000,
     {},
     "splits, at most as many as seeds, in which a recommender is trained with and without what "
     "screening takes out"},
    {"recommender", Kind::word, "ials", 0, 0, kRecommenders, "of the impact"},
    {"dimension", Kind::whole, "32", 1, 512, {}, "factors of ials, als and lfm"},
    {"margin",
     Kind::number,
     "0.05",
     0.001,
     0.5,
     {},
     "below the share of campaigns that must be caught"},
    {"audit", Kind::word, "screening", 0, 0, "screening", {}, "-"},
};

constexpr Key kPaper[] = {
    {"table", Kind::word, "grid", 0, 0,
     "quality grid transfer randomization length dimension weights training initialization "
     "cross_fit epochs",
     "quality: HR@100 under each protocol; grid: shadow by target (assumptions I and II); "
     "transfer: "
     "the shadow from --other (III); randomization: over --ratios; length, dimension, weights: k, "
     "l "
     "and the weights of places; training: the attack model as released and as it should be; "
     "initialization: the settings of LFM and NCF; cross_fit: what it leaves; epochs: HR@100 by "
     "--epochs"},
    kData,
    {"other", Kind::text, "", 0, 0, {}, "SPEC of the other data, of transfer"},
    {"split", Kind::word, "record", 0, 0, "record user",
     "record: the records of each person are dealt to shadow, target and vectors, as in the "
     "authors' files; user: the people are"},
    {"least_records",
     Kind::whole,
     "0",
     0,
     kMostSeed,
     {},
     "people with fewer are left out (0: 60 in MovieLens 1M with the split record, as in the "
     "authors' files, else 20)"},
    {"recommenders", Kind::words, "item_cf,lfm,ncf_released", 0, 0,
     "popularity item_cf lfm lfm_published lfm_released ncf ncf_released ncf_one_model",
     "lfm, ncf: with settings that work; lfm_published: as specified; lfm_released: untrained, as "
     "the authors' script leaves it; ncf_released: rows start at N(0, 1), 20 epochs; "
     "ncf_one_model: the same, one model as shadow and target"},
    {"lists", Kind::word, "published", 0, 0, "published all unseen",
     "what is ranked: published: everything, of NCF one item of the history and 1,999 others; all: "
     "everything; unseen: what the person does not have"},
    {"attackers", Kind::word, "all", 0, 0, "all quick",
     "quick: the published network, the one on standardized SVD vectors, and those that see lists "
     "alone"},
    {"seeds", Kind::whole, "3", 1, 1000, {}, "splits"},
    kFirstSeed,
    kListLength,
    {"vectors", Kind::whole, "100", 1, 512, {}, "l, the length of an item's vector"},
    {"ratios",
     Kind::text,
     "1,0.5,0.2,0.1,0.05,0.02",
     0,
     0,
     {},
     "of randomization: list length / pool size, with commas between"},
    {"lengths", Kind::numbers, "10,20,50,100", 1, 1000, {}, "of the table length"},
    {"dimensions", Kind::numbers, "10,20,50,100", 1, 512, {}, "of the table dimension"},
    {"epochs", Kind::numbers, "5,10,20,30,50,80", 1, 1000, {}, "of the table epochs"},
    {"folds", Kind::whole, "5", 2, 64, {}, "of cross_fit"},
    {"audit", Kind::word, "paper", 0, 0, "paper", {}, "-"},
};

}  // namespace

std::span<const Key> keys_of(std::string_view audit) {
  if (audit == "membership" || audit == "grid" || audit == "demo") return kMembership;
  if (audit == "attribute") return kAttribute;
  if (audit == "screening") return kScreening;
  if (audit == "inversion") return inversion_keys();
  if (audit == "injections") return injections_keys();
  if (audit == "paper") return kPaper;
  return {};
}

const Key &key_of(std::span<const Key> keys, std::string_view name) {
  return *std::find_if(keys.begin(), keys.end(), [&](const Key &key) { return key.name == name; });
}

}  // namespace recveil::request
