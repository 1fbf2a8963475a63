// What naive fakes would do to a factor model of the whole matrix, computed from the clean model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "attack/profile.h"

namespace recveil::attack {

// Least squares with zeros observed comes to the leading directions of the people's rows: a score
// is the person's row projected onto them. f fakes with an item x and n decoys add f z z' to the
// rows' Gram matrix, z being 1 (the highest rating) at x and the decoys. The new directions are
// sought in the span of the old ones, of x and of the decoys (Rayleigh and Ritz), and the decoys
// are taken to be had by as many people as the median item, and together with nothing.
// Regularization is left out.
// Where what people have weighs w times what they do not, the model comes to the leading directions
// of the rows with 1 - 1/w of its own score in place of each zero (where majorizing the loss by one
// of equal weights stands still), and a score is the weighted fold-in of the person's row.
class FakeInfluence {
 public:
  // people: borrowed. items: n_items x d, the clean model's factors. weight: w, at least 1. Costs
  // interactions d + people d^2, with weights interactions d^2 + people d^3.
  FakeInfluence(const Accounts &people, std::span<const double> items, std::size_t d,
                std::size_t n_decoys, double highest, double weight = 1);
  ~FakeInfluence();

  // scores[i]: of a decoy, for the person in row rows[i], who has `item`, once `fakes` fakes have
  // come. O(d^3 + rows d); with weights each row costs d^2 of each item it has, and d^3.
  void decoy_scores(std::uint32_t item, std::span<const std::uint32_t> rows, double fakes,
                    std::span<double> scores) const;

 private:
  struct Model;
  std::unique_ptr<const Model> model_;
};

}  // namespace recveil::attack
