// The C++ wrapper of screen.h gives what the C functions give, and throws where they fail.
#include <vector>

#include "recveil/recveil.hpp"
#include "support/host_screen.h"

int main() {
  static host_accounts accounts;
  const char *yaml = "screening: {mode: enforce}\nkeys: {ephemeral: true}";
  auto engine = recveil::Engine::open(recveil::linked(), yaml);
  const host_window window = host_make_window(engine.get(), &accounts);
  const auto *bytes = static_cast<const unsigned char *>(window.bytes);
  engine.train_screening({bytes, bytes + window.size});
  free(window.bytes);
  CHECK_EQ(1, engine.screen_info().screen_model_version);

  host_batch(&accounts, 21, 10000, HOST_GENUINE, HOST_FAKES);
  const auto found = engine.screen(accounts.accounts, RECVEIL_TRIGGER_NEW);
  const std::vector<recveil_user> users(accounts.users,
                                        accounts.users + accounts.accounts.n_accounts);
  const auto mask = engine.accepted(users);
  std::vector<recveil_user> flagged;
  for (std::size_t u = 0; u < users.size(); ++u) {
    CHECK_EQ(found[u] == RECVEIL_SCREEN_QUARANTINE ? 0 : 1, mask[u]);
    if (mask[u] == 0) flagged.push_back(users[u]);
  }
  CHECK(!flagged.empty());
  engine.review(flagged, RECVEIL_REVIEW_OVERTURNED);
  CHECK_EQ(flagged.size(), engine.screen_info().n_overturned);
  CHECK(engine.accepted(users) == std::vector<std::uint8_t>(users.size(), 1));

  recveil_status thrown = RECVEIL_OK;
  try {
    engine.train_screening({});
  } catch (const recveil::StatusError &error) {
    thrown = error.status();
  }
  CHECK_EQ(RECVEIL_E_ARGUMENT, thrown);
  return host_finish();
}
