// What to audit of account screening, from the JSON of recveil_audit_run(). docs/audit.md lists the
// keys.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "attack/profile.h"
#include "audit/request_fields.h"
#include "audit/screening_targets.h"

namespace recveil::audit {

// A campaign's kind: a row of attack/profile.h under its name, or another of ours.
struct ScreeningAttack {
  std::string name;
  attack::Profile profile;
  // Screening is claimed to catch it where all fakes share their targets; else it is reported.
  bool claimed = false;
  // The only kind of targets that it goes with; empty: any usual one.
  std::string_view target{};
  // Runs at one size, and never on spread targets: those that are reported alone are many.
  bool once = false;
};

// All profiles; `unknown_mix`: user_mix from donors that the defender has never seen; nuke_*: a
// profile with the targets at the lowest rating; popular_*: with a target that 5 to 15 % have.
std::vector<ScreeningAttack> screening_attacks();

struct ScreeningRequest {
  std::string data = "synthetic";  // SPEC of data/load.h
  std::string defense = "full";    // none, ocsvm, full
  // naive: the claimed attacks; adaptive: and those made by somebody who knows the defence.
  std::string adversary = "adaptive";
  std::vector<ScreeningAttack> attacks;
  std::vector<std::uint32_t> sizes{20, 100, 0};  // items of a fake; 0: the window's average
  std::vector<TargetKind> targets;
  double injection_rate = 0.01;  // fakes of a campaign / all users
  std::uint32_t seeds = 10;      // splits with campaigns
  std::uint64_t first_seed = 1;  // split s uses first_seed + s
  std::uint32_t repeats = 20;    // clean batches of each size, random and by arrival
  std::vector<std::uint32_t> batches{100, 300, 1000};  // sizes of clean batches
  bool scenes = true;                                  // crowds, drips, windows with fakes in them
  std::uint32_t impact_splits = 1;                     // in which a recommender is trained
  std::string recommender = "ials";
  std::uint32_t dimension = 32;  // of factor models
  double margin = 0.05;          // below the share of campaigns that must be caught
};

// object: the request. Throws Error(argument) naming the key.
ScreeningRequest parse_screening_request(const fields::Json &object);

}  // namespace recveil::audit
