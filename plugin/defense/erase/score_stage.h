// Maps that follow a score (score.h): functions of the row alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/erase/map_parts.h"
#include "defense/erase/score.h"

namespace recveil::defense {

// Where things lie in the values of a stage of kind score_knots: those of the layout, then a map a
// knot. The stage's `held` is the number of waves.
ScoreLayout layout_of(const Stage &stage, std::size_t width);

// n rows of coordinates, padded_floats(width) apart; folds: score_fold() of each as it was given.
// other: score_scratch(width, n) floats. A row goes by the maps of the two knots about its score.
// Allocates nothing. The stage is ready.
void run_score_stage(const Stage &stage, std::size_t width, const std::uint8_t *folds,
                     std::size_t n, float *rows, float *other) noexcept;
// Throws Error(data) for a stage that was read and is none: padding that is not 0, knots that fall.
void check_score_stage(const Stage &stage, std::size_t width);

std::size_t score_scratch(std::size_t width, std::size_t n) noexcept;
// Derives from the values of a stage what run_score_stage() reads besides.
void make_ready(Stage &stage, std::size_t width);

constexpr std::size_t kMostWaves = 1024;

// The maps of one score, from the rows' scores: at each of four quantiles (knots) rows are counted
// by the hat function about it, and go by the optimal transport between Gaussians
//   from  mean m_q,                     covariance C_q
//   to    m_q + c_q (m - m_q),          covariance C^1/2 exp(L_q - (s_q - s) G) C^1/2.
// n_q is the effective number of rows there, C_q counts n_q / (n_q + 4 D) next to the mean C of all
// C_q, m is the mean of all rows, c_q = 1 - D (1 / n_q - 1 / n) / |C^-1/2 (m_q - m)|^2, at least 0
// (James-Stein), s_q the mean score there, L_q = log(C^-1/2 C_q C^-1/2), and G the slope of L_q in
// s_q. So of the covariances that goes which rises or falls with the score, and that stays which
// both ends of the score have and its middle has not, such as how far rows of long histories lie
// from the mean: it tells little of the class and much of the person.
Stage fit_score_stage(const ScoreTask &task, const ScoreFit &score, std::uint32_t attribute);

}  // namespace recveil::defense
