// The inversion audit: fakes that tie a sensitive item to decoys, and who is exposed by the lists
// of the model they were trained into (Hidano et al., PETS'20).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/inversion_exposure.h"
#include "audit/inversion_request.h"
#include "audit/inversion_run.h"
#include "audit/summary.h"

namespace recveil::audit {

constexpr std::size_t kLeastExposed = 5;

// One way to make fakes, at one rate, with one threshold, over all repeats.
struct InversionRow {
  InversionCell cell;
  std::size_t threshold = 0;  // l': decoys shown, to be flagged
  std::size_t hits = 0, flagged = 0, with = 0;
  std::optional<Estimate> precision;     // hits of those flagged; none if nobody was
  std::optional<double> mean_precision;  // of the repeats that flagged somebody
  Estimate recall;                       // hits of those with the item
  Verdict finding = Verdict::inconclusive;
};

struct InversionReport {
  std::string data;
  std::size_t users = 0, items = 0, interactions = 0, average_size = 0;
  bool rated = false;
  std::vector<std::string> sensitive;  // ids
  double baseline_precision = 0;       // the share of the people with the item, over the repeats
  std::vector<InversionRepeat> repeats;
  std::vector<InversionCount> cells;  // summed over the repeats, as inversion_cells()
  InversionCount clean, open_item_cf, open_same;
  std::vector<InversionRow> rows;        // of each cell, by threshold
  std::vector<InversionRow> clean_rows;  // of `clean`
  // But of als_observed: all items that kLeastExposed people or more have, and their ids.
  std::vector<ItemExposure> exposure;
  std::vector<std::string> exposure_ids;
  Controls controls;
  Verdict verdict = Verdict::inconclusive;
  std::size_t worst = 0;  // row: the largest lower bound of precision among leaks, else of recall
  double seconds = 0;
};

// Rows of one cell over its repeats. tests: how many rows are judged together.
std::vector<InversionRow> inversion_rows(const InversionCell &cell,
                                         const std::vector<InversionCount> &repeats,
                                         double baseline, double margin, std::size_t tests);

// Whether b is the worse finding: a leak, then by the share found.
bool worse(const InversionRow &a, const InversionRow &b);

// The chance that somebody with the item is shown more decoys than somebody without, ties by half.
double inversion_auc(const InversionCount &count);

// progress(fraction, what): on the calling thread; throws to cancel. threads: at least 1.
InversionReport audit_inversion(const InversionRequest &request, unsigned threads,
                                const std::function<void(double, const char *)> &progress);

}  // namespace recveil::audit
