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
  std::uint64_t seed = 1;                      // of the key and of the sampled negatives
};

class Engine {
 public:
  Engine(const recveil_audit_services &library, const ServingOptions &options);
  ~Engine() { library_.engine_close(engine_); }
  Engine(const Engine &) = delete;
  Engine &operator=(const Engine &) = delete;

  // Throws Error with the library's own text.
  void check(recveil_status status) const;
  recveil_engine *get() const { return engine_; }

 private:
  const recveil_audit_services &library_;
  recveil_engine *engine_ = nullptr;
};

}  // namespace recveil::audit
