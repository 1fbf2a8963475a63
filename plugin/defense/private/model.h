// What a private release becomes: a model of the items in its catalogue, and noisy numbers of
// people for floor and pool. All of it is a function of the noisy statistics and of public values,
// so that it may be stored, shown and published.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "defense/private/denoise.h"
#include "defense/private/release.h"

namespace recveil::defense {

struct ItemModel {
  std::uint64_t release = 0;
  double mu = 0;  // of the release
  std::uint32_t n_items = 0;
  std::vector<std::uint32_t> catalogue;  // best first
  std::vector<std::int64_t> noisy;       // n_items: counts of statistics.h with their noise
  std::uint32_t n_above = 0;             // eigenvalues above what noise alone reaches
  Matrix factors;                        // a row an item of the catalogue; empty for weights
  double regularization = 0;             // of the fold-in
  std::vector<float> weights;            // else n x n over the catalogue, diagonal 0

  // Of all interactions, those with items of the catalogue, in [0, 1].
  double catalogue_share() const;
};

// Fewer eigenvalues above the noise than this: there is nothing to publish.
constexpr std::uint32_t kLeastAbove = 3;

// The least ridge of a model of that many people (a lower bound that may be known).
double least_ridge(std::uint64_t people);

std::vector<std::uint8_t> model_bytes(const ItemModel &model);
// Throws Error(data), and Error(version) for a file of another version.
ItemModel model_of(std::span<const std::uint8_t> bytes);

// The same over all items, as a host publishes the model of a fold.
struct ServedModel {
  explicit ServedModel(const ItemModel &model);

  std::vector<std::uint64_t> counts;  // noisy, at least 0
  std::vector<std::uint32_t>
      support;                       // 0 outside the catalogue. A person counts as at most one, so
                                     // that noise apart it is a lower bound of those who hold it
  std::vector<float> factors;        // n_items rows, those outside the catalogue 0; or empty
  std::vector<std::size_t> offsets;  // of weights, n_items + 1
  std::vector<std::uint32_t> items;
  std::vector<float> weights;
};

}  // namespace recveil::defense
