// Private training in a host: the budget of the configuration, the ledger, and the order of the two
// that the guarantee needs: a release is in the ledger before its noise is drawn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"
#include "core/host.h"
#include "core/keys.h"
#include "core/writer_lock.h"
#include "defense/private/block.h"
#include "defense/private/model.h"

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
  PrivateHook(const config::PrivatePolicy &policy, const Key &master, const Host &host)
      : policy_(policy), master_(master), host_(host) {}

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
  std::vector<std::int64_t> noisy_counts(std::uint64_t release, double mu,
                                         const defense::StatisticsBlock &counts) const;

  config::PrivatePolicy policy_;  // guarded by lock_
  const Key master_;
  const Host &host_;
  mutable WriterLock lock_;
};

}  // namespace recveil::hooks
