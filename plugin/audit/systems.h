// The systems of one split: recommenders trained on their members, and the people they serve.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/canaries.h"
#include "audit/crowd.h"
#include "audit/host.h"
#include "audit/request.h"
#include "audit/served_system.h"
#include "audit/split.h"

namespace recveil::audit {

// Two systems where activity is balanced: each half of the people are the members of one and the
// non-members of the other, so that both groups are the same people with the same histories. Else
// one.
class Systems {
 public:
  // Trains. library, request and held_out outlive it. threads: of all that follows, at least 1; the
  // results do not depend on it.
  Systems(const recveil_audit_services &library, const Request &request,
          const recommend::HoldOut &held_out, const People &people, std::uint64_t seed,
          unsigned threads);

  // Everybody, by each system in turn, as each of the cells has it; and probed, where its adversary
  // is a sybil. Neighbours with as many folds share the models of the folds.
  std::vector<Served> serve(const std::vector<Cell> &cells) const;

  // What an attacker sees who trains `shadows` systems of their own on halves of these people, of
  // `shown` people at most, drawn by the seed: the first ones are the same whatever the number.
  // recommender: of the shadows. served: everybody, by each system, as this cell has it.
  CrowdScene scene(const Cell &cell, const Served &served, std::size_t shown, std::uint32_t shadows,
                   const std::string &recommender) const;
  // Who joined and who left: the first system, trained anew, shows to people of a scene.
  attack::SystemLists changed(const Cell &cell, const CrowdScene &scene) const;

  // Canaries in the first system, which is trained anew with them.
  CanaryCounts canaries(const Cell &cell) const;

 private:
  ServingOptions options(const Cell &cell, std::size_t h) const;
  // The people of the first system, of whom others are members; histories as the attacker knows
  // them, or as they are. member: of those who are looked at, then of the rest.
  Host with_members(const std::vector<std::uint8_t> &member, bool known) const;
  // What that system shows to people `shown` of the first one. h: of the key and the seed.
  attack::SystemLists lists_of(const std::vector<std::uint8_t> &member, bool known,
                               const Cell &cell, const std::vector<std::uint32_t> &shown,
                               std::size_t h, const std::string &recommender) const;
  // Users, those who are looked at first.
  struct Side {
    const std::vector<std::uint32_t> &users;
    std::size_t seen;
  };
  Host make(const Side &members, const Side &non_members) const;
  std::vector<std::uint32_t> known_items(std::uint32_t user) const;

  const recveil_audit_services &library_;
  const Request &request_;
  const recommend::HoldOut &held_out_;
  const std::uint64_t seed_;
  const unsigned threads_;
  std::vector<Host> hosts_;
  std::vector<std::uint32_t> rest_;  // who may train and is not looked at
  std::size_t members_ = 0;          // of the first system, with those who are not looked at
};

}  // namespace recveil::audit
