// The models of all folds of one version, and the promise to give them back.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "defense/fold/model.h"
#include "defense/fold/sketch.h"

namespace recveil::hooks {

// Calls the host back once, when it goes. What the host throws ends here.
class Release {
 public:
  using Fn = void (*)(void *ctx);
  Release(Fn fn, void *ctx) noexcept : fn_(fn), ctx_(ctx) {}
  Release(Release &&other) noexcept : fn_(std::exchange(other.fn_, nullptr)), ctx_(other.ctx_) {}
  Release(const Release &) = delete;
  Release &operator=(const Release &) = delete;
  ~Release() {
    if (fn_ == nullptr) return;
    try {
      fn_(ctx_);
    } catch (...) {
    }
  }

 private:
  Fn fn_;
  void *ctx_;
};

struct FoldSet {
  Release release;  // first: called when the models are gone
  std::uint64_t version = 0;
  std::uint64_t published = 0;             // Unix seconds
  std::vector<defense::FoldModel> models;  // models[f] never saw fold f
  defense::ModelSketch sketch;             // of the items that were watched when it was made

  std::size_t borrowed_bytes() const noexcept {
    std::size_t total = 0;
    for (const auto &model : models) total += model.borrowed_bytes();
    return total;
  }
  std::size_t own_bytes() const noexcept {
    std::size_t total = 0;
    for (const auto &model : models) total += model.own_bytes();
    return total;
  }
};

}  // namespace recveil::hooks
