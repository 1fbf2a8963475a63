// Implicit feedback factorization by alternating least squares: iALS. Hu, Koren and Volinsky
// (ICDM'08), with the regularization scaled by frequency of Rendle et al. (RecSys'22).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/interactions.h"
#include "recommend/factor_model.h"

namespace recveil::recommend {

struct IalsOptions {
  std::size_t d = 64;    // factors, at least 1
  SquaredLoss loss{};    // what is minimized: recommend/row_solver.h
  unsigned sweeps = 16;  // at least 1
  std::uint64_t seed = 1;
  unsigned threads = 1;  // at least 1; the result does not depend on it
};

// User factors start as normal draws of standard deviation 0.1 / sqrt(d) (Rendle et al.). A sweep
// solves every item against the users, then every user against the items, each exactly, so L never
// rises but for rounding. Users come last: a trained row is the fold-in of its history, and
// score_trained() of a training user equals score(). Rows of users and items without interactions
// are exactly 0. A sweep costs 2 (interactions d^2 / 2 + rows d^3 / 6) multiplications or so; holds
// the factors and a second copy of the interactions. Throws Error(argument) for options out of
// range, and Error(data) where the regularization is too small for single precision.
std::unique_ptr<FactorModel> train_ials(const Interactions &training, const IalsOptions &options);

}  // namespace recveil::recommend
