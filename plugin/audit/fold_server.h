// Serving by models of the history alone, in small: the models of the folds that the host trained,
// or one that the library trained privately, published to it and asked for ranked lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audit/engine.h"
#include "audit/host.h"

namespace recveil::audit {

class FoldServer {
 public:
  // Asks the library for the fold of every member, trains unless `trained` are the models of these
  // folds, and publishes. engine outlives it. trained: of this host; kept for the next.
  FoldServer(const recveil_audit_services &library, const Engine &engine, const Host &host,
             std::uint32_t folds, TrainedFolds &trained);

  // One model of everybody who trains, made by the library with differential privacy.
  FoldServer(const recveil_audit_services &library, const Engine &engine, const Host &host);

  // The k best items for a history on the models of the decision's fold, best first.
  void rank(const recveil_decision &decision, std::span<const std::uint32_t> history, std::size_t k,
            std::vector<std::uint32_t> &ranked);
  // The whole ranked list. scores: of all items; those that are not recommended get -1e30.
  void rank(const recveil_decision &decision, std::span<const std::uint32_t> history,
            std::vector<std::uint32_t> &ranked, std::vector<float> &scores);

  std::uint32_t fold_of(std::uint64_t user) const;

  // The models of the folds, for what they hold. REQUIRES: there are folds.
  const std::vector<recommend::FoldModel> &models() const { return *models_; }

 private:
  const recveil_audit_services &library_;
  const Engine &engine_;
  std::shared_ptr<const std::vector<recommend::FoldModel>> models_;
  std::vector<std::uint32_t> items_;
  std::vector<float> values_;
};

}  // namespace recveil::audit
