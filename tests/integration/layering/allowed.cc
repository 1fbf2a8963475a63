// Includes what a room may: compiles.
#include "core/interactions.h"
#ifdef PLANTED
#include "defense/serve/draw.h"  // attacks never see defences: this must not compile
#endif

int room_of_attack() {
  return static_cast<int>(recveil::Interactions{}.n_users());
}
