// An engine of the library that is audited, with a key that follows from the seed.
#pragma once

#include <cstdint>
#include <string>

#include "abi/audit_module.h"

namespace recveil::audit {

struct ServingOptions {
  std::string defense;
  std::uint32_t list_length = 100;
  double ratio = 0.1;
  std::uint32_t folds = 5, support_floor = 5;  // of cross_fit
  double epsilon = 4;                          // of private
  std::size_t people = 0;                      // who train; of private
  std::uint64_t seed = 1;                      // of the key and of the sampled negatives
};

class Engine {
 public:
  Engine(const recveil_audit_services &library, const ServingOptions &options);
  ~Engine();
  Engine(const Engine &) = delete;
  Engine &operator=(const Engine &) = delete;

  // Throws Error with the library's own text.
  void check(recveil_status status) const;
  recveil_engine *get() const { return engine_; }

 private:
  const recveil_audit_services &library_;
  std::string folder_;  // of the ledger; empty but for private
  recveil_engine *engine_ = nullptr;
};

// What a service may say of its number of people: the first digit.
std::size_t told_people(std::size_t people);

}  // namespace recveil::audit
