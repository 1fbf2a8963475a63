// What a release with Gaussian noise gives away of one person: mu-Gaussian differential privacy
// (Dong, Roth and Su, J. R. Stat. Soc. B 84, 2022). Telling whether a person was in the data is at
// least as hard as telling N(0, 1) from N(mu, 1) by one draw. Releases with mu_1, mu_2, ... are
// together as one with sqrt(mu_1^2 + mu_2^2 + ...).
#pragma once

namespace recveil::defense {

// The least delta for which mu-GDP is (epsilon, delta)-differential privacy: Phi(mu / 2 - epsilon /
// mu) - e^epsilon Phi(-mu / 2 - epsilon / mu) (Balle and Wang, ICML'18). REQUIRES: mu > 0, epsilon
// >= 0.
double delta_of(double mu, double epsilon);

// The largest mu that is (epsilon, delta)-differential privacy. Throws Error(argument) unless
// epsilon is in (0, 1000] and delta in [1e-300, 1).
double mu_of(double epsilon, double delta);

// The least epsilon that mu-GDP has at delta; 0 where any does. Throws Error(argument) unless mu is
// in (0, 100] and delta in [1e-300, 1).
double epsilon_of(double mu, double delta);

// No attacker, whatever they know of everybody else, tells members from others with a larger AUC,
// or finds more than this share of the members where they take `fpr` of the others for members.
double auc_ceiling(double mu);
double tpr_ceiling(double mu, double fpr);

// Phi^-1. REQUIRES: p in (0, 1).
double normal_quantile(double p);

// How a budget is spent in one release: counts^2 + gram^2 = mu^2.
struct BudgetParts {
  double counts, gram;
};
BudgetParts split_budget(double mu);

}  // namespace recveil::defense
