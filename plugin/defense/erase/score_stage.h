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
// other: 2 n rows and score_scratch() floats. A row goes by the maps of the two knots about its
// score. Allocates nothing.
void run_score_stage(const Stage &stage, std::size_t width, const std::uint8_t *folds,
                     std::size_t n, float *rows, float *other) noexcept;
// Throws Error(data) for a stage that was read and is none: padding that is not 0, knots that fall.
void check_score_stage(const Stage &stage, std::size_t width);

// Floats that a stage of this kind needs besides.
std::size_t score_scratch(std::size_t width) noexcept;

constexpr std::size_t kMostWaves = 1024;

// The maps of one score. At each of four quantiles of it (knots) rows are counted by the hat
// function about the knot: n_q of them, n*_q effectively, with mean score s_q, mean m_q and covariance
// C_q, which counts n*_q / (n*_q + 4 D) next to the mean C of all C_q. What of the means and of
// L_q = log(C^-1/2 C_q C^-1/2) goes along with the score, the slopes b and G of regressions on s_q
// weighted by n_q, is what tells the class, and is taken out:
//   from  mean m_q,                      covariance C_q
//   to    m_q - c_q (s_q - s) b,         covariance C^1/2 exp(L_q - (s_q - s) G) C^1/2
// by the optimal transport between these Gaussians; c_q = 1 - D (1 / n*_q - 1 / n) /
// |C^-1/2 (s_q - s) b|^2, at least 0 (James-Stein). What both ends of the score have and its middle
// has not, such as how far rows of long histories lie from the mean, is left: it tells little, and
// taking it out costs half as much again of the ranking. which: the rows that count.
Stage fit_score_stage(const ScoreTask &task, const ScoreFit &score, std::uint32_t attribute);

}  // namespace recveil::defense
