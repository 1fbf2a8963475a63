// The injections audit: what a host's own test injections expose, from the lists that its system
// served before and after each (Hidano et al., PETS'20).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "audit/inversion.h"
#include "audit/lists_checks.h"
#include "audit/request_fields.h"
#include "data/read_injection.h"
#include "recveil/metrics.h"

namespace recveil::audit {

struct InjectionsRequest {
  std::vector<data::InjectionFiles> files;  // of each injection
  std::string items;                        // a file of all items; may be empty
  double margin = .05;                      // a share of the people found that counts as no leak
};

// object: the request. Throws Error(argument) naming the key.
InjectionsRequest parse_injections_request(const fields::Json &object);

struct InjectionsReport {
  std::size_t injections = 0, users = 0, holders = 0, decoys = 0;  // decoys: of one injection
  double baseline_precision = 0;
  std::vector<InversionRow> rows, before_rows;  // by threshold, over all injections
  std::vector<Check> checks;                    // of the export
  Controls controls;
  Verdict verdict = Verdict::inconclusive;
  std::size_t worst = 0;  // row
  double margin = 0, seconds = 0;
};

// What is looked at before anything is read from an export, by name:
//   equal_lists      everybody has the same list before and after
//   lists_of_others  lists after that are no more like the person's own before than like others'
//   item_ids         lists after whose items no list before has
//   empty_lists      people who are shown nothing after
//   list_length      lists of another length after than before
//   others_exposed   people are newly shown the decoys together, but not those who have the item
//   decoys_unmoved   no decoy is shown to more people after than before
// Of several injections each check tells the worst. O(lists + people * others * length).
std::vector<Check> check_injections(const std::vector<data::InjectionTables> &injections,
                                    double baseline);

// People who are shown at least l' decoys after an injection are flagged, for every l', and the
// injections are pooled; rows are judged as those of the inversion audit. Positive control: a tenth
// of the holders are shown all decoys, in memory, which must be read as a leak. Negative control:
// the lists before, which must not be. Where either fails, or a check voids it, the verdict is
// inconclusive. margin: a share of the holders. REQUIRES: injections not empty.
InjectionsReport audit_injections(const std::vector<data::InjectionTables> &injections,
                                  double margin);

std::string to_json(const InjectionsReport &report);
recveil_audit_result result(const InjectionsReport &report);

}  // namespace recveil::audit
