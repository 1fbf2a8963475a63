// ScreenModel::from_bytes() on any bytes, under a digest that is right, so that what comes after it
// is reached: a model whose own bytes are read back the same and that can screen, or
// recveil::Error.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/seal.h"
#include "defense/screen/screen_model.h"
#include "require.h"

namespace {

using recveil::defense::ScreenModel;

// Three accounts with the items at both ends.
void screen(const ScreenModel &model) {
  if (model.n_items() < 4 || model.n_items() > 1 << 20) return;
  const auto last = static_cast<std::uint32_t>(model.n_items() - 1);
  const std::vector<std::uint64_t> offsets{0, 2, 4, 5};
  const std::vector<std::uint32_t> items{0, last, 1, last, 0};
  const std::vector<float> ratings(model.rated() ? items.size() : 0, model.scale().highest);
  recveil::defense::ScreenAccounts batch;
  batch.n_items = last + 1;
  batch.offsets = offsets;
  batch.items = items;
  batch.ratings = ratings;
  const auto report = model.screen(batch);
  recveil::fuzz::require(report.accounts.size() == 3, "the number of accounts");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using recveil::fuzz::require;
  const std::vector<std::uint8_t> body(bytes, bytes + size - std::min<std::size_t>(size, 32));
  for (const std::vector<std::uint8_t> &input :
       {std::vector<std::uint8_t>(bytes, bytes + size), recveil::seal(body)}) {
    try {
      const ScreenModel model = ScreenModel::from_bytes(input);
      require(std::ranges::equal(ScreenModel::from_bytes(model.bytes()).bytes(), model.bytes()),
              "a model of other bytes");
      screen(model);
    } catch (const recveil::Error &error) {
      recveil::fuzz::require_line(error.what());
    }
  }
  return 0;
}
