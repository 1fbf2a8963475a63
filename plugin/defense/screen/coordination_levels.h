// The thresholds of the coordination test, in one place. Each says what happens on either side.
// They were chosen on splits of filmtrust, ml-100k and ml-1m that docs/screening.md does not
// report.
#pragma once

#include <cstddef>

namespace recveil::defense {

struct CoordinationLevels {
  // A batch is searched for at most this many target items, the most suspicious first.
  std::size_t max_findings = 12;

  // Which items are candidates. Rates are false discovery rates over the items that the batch rates
  // (Benjamini and Hochberg).

  // At or below it an item has an excess of raters, and is a candidate for that alone.
  double excess_fdr = .01;
  // Likewise by its group alone: how suspicious the accounts are that push it.
  double group_fdr = 1e-4;
  // Likewise by excess, group and unanimity together (Fisher).
  double joint_fdr = .01;
  // An excess at or below it is a hint: similarity and unanimity are tested and count. Above it
  // they are not looked at, because most items of a batch are on this side.
  double hint_p = .5;

  // What a candidate is.

  // Group and unanimity together (Fisher), of an item with an excess: at or below an attack, above
  // a trend.
  double attack_p = 1e-3;
  // The group alone, of an item without an excess: at or below an attack, above nothing.
  double group_alone_p = 1e-6;
  // The group of any attack, whatever else speaks for it: above it there is none.
  double attack_group_p = 1;
  // Likewise of excess, group and unanimity together (Fisher).
  double attack_joint_p = 1;
  // The group of an attack: at or below, its accounts are suspicious for themselves, and who
  // belongs to the campaign is told from each account's score. Above, the accounts are ordinary and
  // only their unanimity speaks: they are quarantined on an established item and deferred on a new
  // one.
  double suspicious_group_p = .01;
  // Group and unanimity of a trend: at or below, its likely accounts are deferred; above, nobody
  // is.
  double doubt_p = .05;

  // Which accounts belong to the campaign.

  // Probability of being part of it: from here on an account is quarantined (deferred in a launch),
  // below it is left alone, or deferred where the group is suspicious.
  double member_probability = .5;
  // The same where the accounts are ordinary and only their unanimity speaks: from here on an
  // account is quarantined, below it is deferred: more than one in four would be people.
  double unanimous_probability = .75;
  // From here on an account of a suspicious group is deferred, below it is left alone in any group.
  double doubt_probability = .05;
  // Share of a campaign's accounts that score like ordinary people, before anything is seen of it
  // (hidden_share.h): they are found by what they push alone.
  double ordinary_share = .2;
  // Deviations of similarity to the group among people who are in it by chance.
  double similarity_spread = 2.5;

  // Who else belongs to it, whatever it pushes. From 3 quarantined accounts on.

  // Of the quarantined accounts, the share that must push an item, and of all pushes of that item
  // the share that people do not account for: from here on it is their common target, and others
  // who push it are taken too if they belong to the campaign with member_probability.
  double shared_push_share = .75;
  // The group's similarity: at or below, accounts of the batch by the same generator are looked
  // for.
  double similarity_p = 1e-4;
  // Their false discovery rate over the batch.
  double same_generator_fdr = .05;

  // Groups that no item shows.

  // A batch is searched for at most this many.
  std::size_t max_crowds = 3;
  // The most crowded place of the batch (crowding.h): at or below it is looked at, above nobody is
  // held up for lying close to others. Five equal accounts of people are at 2e-6 on filmtrust.
  double crowded_p = 1e-9;
  // The accounts there by their own channels: at or below they are a campaign, above they are
  // people who are alike.
  double crowded_group_p = 1e-4;
};

inline constexpr CoordinationLevels kCoordinationLevels{};

// Of campaigns that push items down. The lowest ratings are rare and people are of one mind about
// what is bad, so the group itself must be suspicious, by the null that the window's own people
// gave (GroupBaseline, SimilarityTest), and all of the evidence beyond what people showed in clean
// batches (7e-11 in 108 of MovieLens 100K; campaigns of 9 accounts are at 1e-12 and below).
inline constexpr CoordinationLevels kDownLevels{
    .attack_group_p = 1e-4,
    .attack_joint_p = 1e-11,
    .doubt_p = 0,
};

}  // namespace recveil::defense
