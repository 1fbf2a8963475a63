// decode_state() on any bytes, under a seal that is right, so that what is behind it is reached: a
// state that comes back from its own bytes, or recveil::Error.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/seal.h"
#include "hooks/serve/state_file.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using recveil::fuzz::require;
  const recveil::Key key{};
  const std::string magic = "RVSTATE1";
  std::vector<std::uint8_t> body(magic.begin(), magic.end());
  body.insert(body.end(), bytes, bytes + size);
  const std::vector<std::uint8_t> sealed = recveil::seal(body, &key);
  for (const std::string &input : {std::string(sealed.begin(), sealed.end()),
                                   std::string(reinterpret_cast<const char *>(bytes), size)}) {
    try {
      const auto state = recveil::hooks::decode_state(input, key, "state");
      const std::string written = recveil::hooks::encode_state(state, key);
      const auto again = recveil::hooks::decode_state(written, key, "state");
      require(recveil::hooks::encode_state(again, key) == written, "a state of other bytes");
    } catch (const recveil::Error &error) {
      recveil::fuzz::require_line(error.what());
    }
  }
  return 0;
}
