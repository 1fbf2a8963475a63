// Statistics of an attack's scores. Higher score = more likely a member, everywhere. Distribution
// functions come from Boost.Math. alpha is 1 - confidence, in (0, 1). Empty groups throw
// Error(Status::argument).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/estimate.h"

namespace recveil::numerics {

// Area under the ROC curve, ties by mid-ranks (Mann-Whitney), with the interval of DeLong et al.,
// Biometrics 44, 1988, on the logit scale so that it stays in (0, 1). DeLong sees no variance at
// AUC 0 or 1: there the interval is the exact bound of min(n1, n0) independent pairs, all or none
// in order; where he sees none between (every score tied), or where a group is one person, the
// variance is its upper bound AUC (1 - AUC) / min(n1, n0). n1 members, n0 non-members. Scores that
// are not finite throw Error(Status::argument). O(n log n).
Estimate auc(std::span<const double> members, std::span<const double> non_members,
             double alpha = 0.05);

// Standard error of the AUC by DeLong; 0 at AUC 0 or 1 and where every score is tied. A group of
// one person adds nothing to it, because its spread is not known: give it more. Throws as auc().
double auc_standard_error(std::span<const double> members, std::span<const double> non_members);

// Two-sided p value of AUC = .5, by the normal distribution, from an AUC and its standard error. A
// standard error of 0 gives 0, but 1 for an AUC of exactly .5; under the hypothesis itself the
// standard error of continuous scores is sqrt((n1 + n0 + 1) / (12 n1 n0)).
double auc_p_value(double auc, double standard_error);

// Mean of the true positive and true negative rates at score > threshold. It is (1 + TPR - FPR) /
// 2, so its interval is Newcombe's for the difference of two proportions from Wilson's intervals
// (Statistics in Medicine 17, 1998, 873-890, method 10): it has a width at 0 and 1 too, and stays
// within them. The threshold is taken as given, not learnt on these scores. O(n).
Estimate balanced_accuracy(std::span<const double> members, std::span<const double> non_members,
                           double threshold, double alpha = 0.05);

// Clopper-Pearson interval of k successes in n. Throws Error(Status::argument) unless k <= n, n >
// 0.
Estimate clopper_pearson(std::size_t k, std::size_t n, double alpha = 0.05);

// How many members score above the threshold where at most fpr * n0 non-members score higher
// (strictly above the threshold), for each of the rates, which are in [0, 1]. O((n + fprs) log n).
std::vector<std::size_t> hits_at_fpr(std::span<const double> members,
                                     std::span<const double> non_members,
                                     std::span<const double> fprs);

// hits_at_fpr() as a true positive rate, with its Clopper-Pearson interval, which takes the
// threshold as given. O(n log n).
Estimate tpr_at_fpr(std::span<const double> members, std::span<const double> non_members,
                    double fpr, double alpha = 0.05);

// Mean over splits with a Student t interval from the spread of the splits. With one split lo and
// hi are NaN; none throws Error(Status::argument).
Estimate split_mean(std::span<const double> per_split, double alpha = 0.05);

// P values of m simultaneous hypotheses, adjusted by Holm's step-down (Scand. J. Statistics 6,
// 1979), in the order given: reject those at or below alpha, and all m hold at level alpha
// together.
std::vector<double> holm(std::span<const double> p);

}  // namespace recveil::numerics
