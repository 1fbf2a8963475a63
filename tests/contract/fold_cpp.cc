// The C++ wrapper of fold.h gives what the C functions give, and throws where they fail.
#include <vector>

#include "recveil/recveil.hpp"
#include "support/host_folds.h"

int main() {
  static host_folds folds;
  auto engine = recveil::Engine::open(recveil::linked(), HOST_FOLDS_YAML);
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 4, 1);
  engine.publish_folds(folds.folds);
  const recveil_decision decision = host_route_fold(engine.get(), 9, RECVEIL_MEMBERSHIP_ASK, 0);
  CHECK_EQ(engine.fold_of(9), decision.fold);
  const std::vector<std::uint32_t> history{2, 30, 11};

  std::vector<unsigned char> scratch(1 << 16);
  std::vector<float> row(HOST_D);
  CHECK_OK(host_fold_in(engine.get(), &decision, history.data(), 3, row.data(), HOST_D,
                           scratch.data(), scratch.size()));
  CHECK(engine.fold_in(decision, history, HOST_D) == row);
  std::vector<std::uint32_t> items(50);
  std::size_t count = 0;
  CHECK_OK(host_fold_rank(engine.get(), &decision, history.data(), 3, 50, items.data(), nullptr,
                             &count, nullptr, scratch.data(), scratch.size()));
  items.resize(count);
  CHECK(count > 10 && count < 50);
  CHECK(engine.fold_rank(decision, history, 50) == items);

  recveil_status thrown = RECVEIL_OK;
  try {
    engine.publish_folds(folds.folds);  // the same version again
  } catch (const recveil::StatusError &error) {
    thrown = error.status();
  }
  CHECK_EQ(RECVEIL_E_ARGUMENT, thrown);
  CHECK_EQ(1, folds.released);
  return host_finish();
}
