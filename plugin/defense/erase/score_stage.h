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

// The maps of one score, from the rows' scores: at each of four quantiles (knots), rows counted by
// the hat function about it go
//   from  mean m_q,                 covariance r C_q + (1 - r) C,   r = n_q / (n_q + 4 D)
//   to    m_q + c_q (m - m_q),      covariance C
// by the optimal transport between these Gaussians; m is the mean of all rows, C the mean of the
// C_q, n_q the effective number of rows, c_q = 1 - D (1 / n_q - 1 / n) / |C^-1/2 (m_q - m)|^2, at
// least 0 (James-Stein). which: the rows that count.
Stage fit_score_stage(const ScoreTask &task, const ScoreFit &score, std::uint32_t attribute);

}  // namespace recveil::defense
