// Private training in a host: the budget of the configuration, the ledger, and the order of the two
// that the guarantee needs: a release is in the ledger before its noise is drawn.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "core/host.h"
#include "core/keys.h"
#include "core/writer_lock.h"
#include "defense/private/block.h"
#include "defense/private/model.h"
#include "journal/ledger.h"
#include "state/versioned_files.h"

namespace recveil::hooks {

struct PrivateBudget {
  double mu = 0, mu_release = 0, mu_spent = 0, delta = 0;
  std::uint64_t people = 0, n_releases = 0, n_left = 0;
};

struct PrivateTraining {
  std::uint64_t release = 0;
  bool weights = false;  // else factors
  std::size_t d = 0;     // of factors; 0: by default
};

// Thread-safe; survives a fork. All throw Error(config) where the configuration has no ledger or no
// budget, and what journal/ledger.h throws.
class PrivateHook {
 public:
  // host outlives the hook.
  // state_dir: where how far the ledger is is kept too, so that an old copy of it is noticed;
  // empty: nowhere. Throws Error(io) if the folder is missing.
  PrivateHook(const config::PrivatePolicy &policy, const Key &master, const std::string &state_dir,
              const Host &host);

  void set_policy(const config::PrivatePolicy &policy);
  bool has_ledger() const;
  PrivateBudget budget() const;

  // How many items the catalogue of the next release has.
  std::size_t catalogue_size(std::uint32_t n_items) const;
  // Books the release and draws the noise of its counts. Throws Error(data) for too few people.
  std::vector<std::uint32_t> catalogue(std::uint64_t release,
                                       const defense::StatisticsBlock &counts) const;
  defense::ItemModel train(const PrivateTraining &training, const defense::StatisticsBlock &counts,
                           const defense::StatisticsBlock &gram) const;

 private:
  struct Policy : config::PrivatePolicy {
    double mu_release = 0;  // and mu in any case
  };
  Policy policy() const;
  // The ledger, unless it is older than what the state_dir remembers.
  journal::Ledger ledger(const Policy &policy) const;
  void remember(const journal::Ledger &ledger) const;
  std::vector<std::int64_t> noisy_counts(std::uint64_t release, double mu,
                                         const defense::StatisticsBlock &counts) const;

  config::PrivatePolicy policy_;  // guarded by lock_
  const Key master_;
  const Host &host_;
  mutable WriterLock lock_;
  std::optional<state::VersionedFiles> marks_;
};

}  // namespace recveil::hooks
