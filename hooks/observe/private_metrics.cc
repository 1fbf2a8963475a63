#include "hooks/observe/private_metrics.h"

#include <exception>
#include <optional>

#include "defense/private/accountant.h"

namespace recveil::hooks {
namespace {

std::optional<PrivateBudget> read(const PrivateHook &hook) {
  try {
    return hook.budget();
  } catch (const std::exception &) {
    return std::nullopt;
  }
}

}  // namespace

void expose_private(const PrivateHook &hook, metrics::Exposition &out) {
  if (!hook.has_ledger()) return;
  const std::optional<PrivateBudget> budget = read(hook);
  out.gauge("recveil_private_ledger_readable",
            "1 while the ledger of private releases and their budget can be read.", {},
            budget ? 1 : 0);
  if (!budget) return;
  out.gauge("recveil_private_mu", "Budget of all private releases together.", {}, budget->mu);
  out.gauge("recveil_private_mu_spent", "What the private releases in the ledger have cost.", {},
            budget->mu_spent);
  out.gauge("recveil_private_releases", "Private releases in the ledger.", {},
            static_cast<double>(budget->n_releases));
  out.gauge("recveil_private_releases_left", "Private releases that the budget still pays for.", {},
            static_cast<double>(budget->n_left));
  out.gauge("recveil_private_auc_ceiling",
            "No attacker tells members from others with a larger AUC, from all private releases "
            "that the budget pays for together.",
            {}, defense::auc_ceiling(budget->mu));
}

}  // namespace recveil::hooks
