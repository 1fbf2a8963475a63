// Every method of erasure by its name, on a matrix of rows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/attribute_cells.h"
#include "core/matrix.h"
#include "recommend/factor_model.h"

namespace recveil::audit {

struct EraseReport {
  double fit_seconds = 0;
  double final_loss = -1;  // of row optimizers
  std::size_t steps = 0;   // likewise
  bool converged = true;   // likewise
  struct Edits {
    double added = 0, removed = 0;  // items, of a requester
  };
  std::optional<Edits> edits;  // of edits of histories
  // Of a map with cells, of all people. What the bit "people share this row" tells of
  // each attribute, raw and erased: the one-vs-rest AUC farthest from .5 of the classes that count.
  struct Cells {
    std::size_t cells = 0, people = 0;  // people: who share a row
    double moved = 0;                   // expected share of all who get the row of another cell
    std::vector<double> auc_before, auc;
  };
  std::optional<Cells> cells;
};

// The rows with the attributes taken out of the requesters', by a defence of attribute_request.h:
// fitted on all rows, as the model left them, of known class. model and trained: for attrcloak_dd,
// whose loss is the recommender's. outside: people who are not in the fit, a flag each, or none;
// Error(unsupported) for a defence that leaves no map for them. Throws what defense/erase throws.
Matrix erase_rows(const std::string &defense, const Matrix &rows,
                  const std::vector<PeopleClasses> &attributes,
                  const std::vector<std::uint8_t> &requesters, const recommend::FactorModel &model,
                  const Interactions &trained, const recommend::SquaredLoss &loss,
                  std::uint64_t seed, EraseReport &report,
                  const std::vector<std::uint8_t> &outside = {});

}  // namespace recveil::audit
