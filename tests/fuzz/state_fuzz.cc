// The files of a state_dir on any bytes, under a seal that is right, so that what comes after it is
// reached: a state that comes back from its own bytes, or recveil::Error. The files of screening
// end in the accounts it remembers and in its reviews.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/seal.h"
#include "hooks/serve/state_file.h"
#include "hooks/update/carried_accounts.h"
#include "hooks/update/reviews.h"
#include "require.h"

namespace {

using recveil::fuzz::require;

constexpr std::string_view kServing = "RVSTATE1", kScreening = "RVSCREE1";
const recveil::Key kKey{};

std::string sealed(std::string_view magic, std::string_view bytes) {
  std::vector<std::uint8_t> body(magic.begin(), magic.end());
  body.insert(body.end(), bytes.begin(), bytes.end());
  const std::vector<std::uint8_t> out = recveil::seal(body, &kKey);
  return {out.begin(), out.end()};
}

std::string serving(const std::string &bytes) {
  return recveil::hooks::encode_state(recveil::hooks::decode_state(bytes, kKey, "state"), kKey);
}

std::string screening(const std::string &bytes) {
  const std::string name = "state";
  recveil::state::SealedReader in(bytes, kScreening, kKey, name);
  const auto carried = recveil::hooks::CarriedAccounts::read(in);
  const auto reviews = recveil::hooks::Reviews::read(in);
  in.finish();
  recveil::state::SealedWriter out(kScreening);
  carried.write(out);
  reviews.write(out);
  return std::move(out).seal(kKey);
}

void comes_back(std::string (*again)(const std::string &), const std::string &bytes) {
  try {
    const std::string written = again(bytes);
    require(again(written) == written, "a state of other bytes");
  } catch (const recveil::Error &error) {
    recveil::fuzz::require_line(error.what());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char *>(bytes), size);
  comes_back(serving, std::string(input));
  comes_back(serving, sealed(kServing, input));
  comes_back(screening, sealed(kScreening, input));
  return 0;
}
