// Is a leak shown to be small, and if not, how many people would show it? For estimates that are
// about normal; margin is the largest |AUC - .5| that counts as no leak, above 0.
#pragma once

#include <cstddef>
#include <optional>

namespace recveil::numerics {

// P value of |AUC - .5| >= margin, by two one-sided tests (Schuirmann, J. Pharmacokin. Biopharm.
// 15, 1987): small means that the AUC is shown to be within the margin. The larger of the two
// normal tails. A standard error of 0 gives 0 within the margin and 1 elsewhere. Throws
// Error(Status::argument) for margin <= 0 or standard_error < 0.
double equivalence_p_value(double auc, double standard_error, double margin);

// How many more people per class would settle it: the 1 - alpha interval then lies on one side of
// the margin, if the AUC stays as it is and the standard error falls as 1 / sqrt(n). n: people per
// class that the standard error comes from (of the smaller class). 0: it is settled already;
// nothing: the AUC lies on the margin, and no number would do. A plan, not a promise: by chance
// the AUC moves by about its standard error. Throws as above, and for n = 0.
std::optional<std::size_t> people_to_settle(double auc, double standard_error, std::size_t n,
                                            double margin, double alpha = 0.05);

}  // namespace recveil::numerics
