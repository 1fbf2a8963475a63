// The C++ wrapper of fold.h gives what the C functions give, and throws where they fail.
#include <fstream>
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

  const auto page = engine.recommend(9, history, 4);
  CHECK_EQ(RECVEIL_PATH_FOLD, page.decision.path);
  CHECK(page.items == std::vector<std::uint32_t>(items.begin(), items.begin() + 4));
  CHECK_EQ(4, page.scores.size());
  recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
  request.user = 9;
  request.history = recveil::Engine::history_of(history);
  request.offset = 4;
  request.k = 4;
  const auto next = engine.recommend_more(request, page.decision);
  CHECK(next.items == std::vector<std::uint32_t>(items.begin() + 4, items.begin() + 8));
  const std::vector<std::uint16_t> folds_of = engine.folds_of({9, 10});
  CHECK(folds_of.size() == 2 && folds_of[0] == decision.fold);

  recveil_status thrown = RECVEIL_OK;
  try {
    engine.publish_folds(folds.folds);  // the same version again
  } catch (const recveil::StatusError &error) {
    thrown = error.status();
  }
  CHECK_EQ(RECVEIL_E_ARGUMENT, thrown);
  CHECK_EQ(1, folds.released);

  // From a file, with the linked library.
  host_enter_folder();
  std::ofstream("recveil.yaml") << "keys: {ephemeral: true}\nserving: {mode: cross_fit}\n";
  const recveil::Engine linked("recveil.yaml");
  CHECK(linked.fold_of(1) < 5);
  thrown = RECVEIL_OK;
  try {
    const recveil::Engine missing("nothing.yaml");
  } catch (const recveil::StatusError &error) {
    thrown = error.status();
  }
  CHECK_EQ(RECVEIL_E_IO, thrown);
  return host_finish();
}
