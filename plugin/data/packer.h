// Bytes into gzip or xz, piece by piece.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "data/byte_source.h"

namespace recveil::data {

class Packer {
 public:
  using Write = std::function<void(std::string_view)>;
  virtual ~Packer() = default;

  // Calls `write` with packed bytes, which may be those of earlier calls, or none. Throws what
  // `write` throws, and std::bad_alloc.
  virtual void add(std::string_view bytes, const Write &write) = 0;
  // The rest. REQUIRES: once, after the last add().
  virtual void finish(const Write &write) = 0;
};

// As `gzip -6` and `xz -6` pack; none for Packing::none. Throws std::bad_alloc.
std::unique_ptr<Packer> make_packer(Packing packing);

}  // namespace recveil::data
