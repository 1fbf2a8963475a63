// The scores of an attribute audit, as recveil_forget_evidence() takes them, and the report files
// that hold them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "library.h"
#include "recveil/recveil.hpp"

namespace recveil::cli {

// What recveil_attribute_evidence points to, with room for all scores there can be.
class Evidence {
 public:
  explicit Evidence(std::vector<std::string> attributes);
  Evidence(const Evidence &) = delete;
  Evidence(Evidence &&) = default;
  Evidence &operator=(const Evidence &) = delete;

  nlohmann::json json() const;

  recveil_attribute_evidence given = RECVEIL_ATTRIBUTE_EVIDENCE_INIT;

 private:
  std::vector<std::string> attributes_;
  std::vector<const char *> names_;
  std::vector<recveil_attribute_score> scores_;
};

// From the report of `recveil audit attribute`, or an array of them. name: of the file. Throws
// std::runtime_error.
Evidence read_evidence(const std::string &text, const std::string &name,
                       std::uint64_t model_version);

}  // namespace recveil::cli
