// What to reproduce of Zhang et al. (CCS'21), from the JSON of recveil_audit_run(). docs/paper.md
// lists the keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/request_fields.h"

namespace recveil::audit {

struct PaperRequest {
  std::string table = "grid";
  std::string data = "synthetic", other;  // SPECs of data/load.h; other: of the table transfer
  std::string split = "record";           // record, user
  std::uint32_t least_records = 0;        // of a person; 0: as published, or 20
  std::vector<std::string> recommenders;
  std::string lists = "published";  // published, all, unseen
  std::string attackers = "all";    // all, quick
  std::uint32_t seeds = 3;
  std::uint64_t first_seed = 1;
  std::uint32_t list_length = 100;  // k
  std::uint32_t vectors = 100;      // l
  std::vector<double> ratios;
  std::vector<std::uint32_t> lengths, dimensions, epochs;
  std::uint32_t folds = 5;
};

// object: the request. Throws Error(argument) naming the key.
PaperRequest parse_paper_request(const fields::Json &object);

}  // namespace recveil::audit
