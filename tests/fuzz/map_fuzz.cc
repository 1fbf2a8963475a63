// ErasureMap::from_bytes() on any bytes, under a digest that is right, so that what is behind it is
// reached: a map whose own bytes are read back as the same map, or recveil::Error.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/seal.h"
#include "defense/erase/erasure_map.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using recveil::defense::ErasureMap;
  using recveil::fuzz::require;
  const std::vector<std::uint8_t> body(bytes, bytes + size - std::min<std::size_t>(size, 32));
  for (const std::vector<std::uint8_t> &input :
       {std::vector<std::uint8_t>(bytes, bytes + size), recveil::seal(body)}) {
    try {
      const ErasureMap map = ErasureMap::from_bytes(input);
      const ErasureMap again = ErasureMap::from_bytes(map.bytes());
      require(std::ranges::equal(again.bytes(), map.bytes()), "a map of other bytes");
    } catch (const recveil::Error &error) {
      recveil::fuzz::require_line(error.what());
    }
  }
  return 0;
}
