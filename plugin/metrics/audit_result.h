// The numbers of one audit, as the metrics keep them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/enum_place.h"
#include "core/estimate.h"

namespace recveil::metrics {

// The values are those of RECVEIL_ATTACK_*, RECVEIL_ADVERSARY_* and RECVEIL_VERDICT_*; plugin/abi
// asserts it.
enum class Attack : std::uint8_t { membership = 1, inversion, attribute, screening };
constexpr std::size_t kAttacks = 4;
enum class Adversary : std::uint8_t { naive = 1, adaptive, sybil, crowd };
constexpr std::size_t kAdversaries = 4;
enum class Verdict : std::uint8_t { leak = 1, no_leak_found, inconclusive, error };
constexpr std::size_t kVerdicts = 4;

using recveil::place_of;
template <class Enum>
constexpr Enum value_at(std::size_t place) {
  return static_cast<Enum>(place + 1);
}

struct AuditResult {
  Attack attack;
  Adversary adversary;
  Verdict verdict;
  bool defended;
  bool positive_control, negative_control;  // passed
  std::uint64_t members, non_members;
  Estimate auc;
  double blind_auc;
  Estimate tpr;  // at a false positive rate of .01
  double limit;  // an AUC above it is a leak
  double ndcg10_members, ndcg10_non_members;
  std::uint64_t finished;  // Unix seconds
  double seconds;
  double precision, recall;  // of screening
  double balanced_accuracy;  // of attribute inference
};
// Copied word by word through shared memory (metrics/audit_results.h).
static_assert(std::is_trivially_copyable_v<AuditResult>);
static_assert(sizeof(AuditResult) % sizeof(std::uint64_t) == 0);

}  // namespace recveil::metrics
