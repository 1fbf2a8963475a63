// A C++ host that loads Recveil at run time with Boost.DLL: a toy recommender with a serve loop,
// and a second page that continues the first although the model was retrained in between.
//
//   usage: cpp_boost_dll /path/to/librecveil.so.0
#include <algorithm>
#include <exception>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "recveil/loader.hpp"

namespace {

// What the host has anyway: scores for a user. Here: items near the user's number.
std::vector<std::uint32_t> ranked_list(recveil_user user, std::uint32_t n_items) {
  std::vector<std::uint32_t> items(n_items);
  std::iota(items.begin(), items.end(), 0u);
  const auto distance = [&](std::uint32_t item) {
    return (item + n_items - user % n_items) % n_items;
  };
  std::sort(items.begin(), items.end(),
            [&](std::uint32_t a, std::uint32_t b) { return distance(a) < distance(b); });
  return items;
}

void show_page(const recveil::Engine &engine, const recveil_decision &to, std::uint32_t offset,
               std::uint32_t k, const std::vector<std::uint32_t> &ranked) {
  recveil_page page = RECVEIL_PAGE_INIT;
  page.offset = offset;
  page.k = k;
  page.n_host = static_cast<std::uint32_t>(ranked.size());
  const bool host = to.path == RECVEIL_PATH_HOST;
  const auto pool = host ? std::vector<std::uint32_t>() : engine.pool(to.pool_version);
  std::cout << (host ? "  host's list:" : "  pool:       ");
  for (const std::uint32_t position : engine.serve(to, page)) {
    std::cout << ' ' << (host ? ranked[position] : pool[position]);
  }
  std::cout << '\n';
}

int run(const std::string &path) {
  auto api = recveil::load(path);
  recveil::Engine engine = recveil::Engine::open(
      api, "keys: {ephemeral: true}\nserving: {list_length: 20, ratio: 0.1}\n");

  constexpr std::uint32_t kItems = 500;
  std::vector<std::uint64_t> counts(kItems);
  for (std::uint32_t i = 0; i < kItems; ++i) counts[i] = 1 + 5000 / (i + 1);
  engine.publish_popularity(counts);
  const recveil_user alice = engine.user("alice@example.org"), bob = engine.user("bob");
  engine.publish_users(RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, {alice});

  std::cout << "alice, whose data trained the model:\n";
  const recveil_decision to_alice = engine.route(alice);
  show_page(engine, to_alice, 0, 8, ranked_list(alice, kItems));

  std::cout << "bob, whose data did not:\n";
  const recveil_decision to_bob = engine.route(bob);
  show_page(engine, to_bob, 0, 8, {});

  std::reverse(counts.begin(), counts.end());  // retrained: other items are popular now
  engine.publish_popularity(counts);
  std::cout << "bob turns the page:\n";
  recveil_request next_page = RECVEIL_REQUEST_INIT;
  next_page.user = bob;
  next_page.epoch = to_bob.epoch;  // the page token
  next_page.pool_version = to_bob.pool_version;
  show_page(engine, engine.route(next_page), 8, 8, {});

  std::cout << "metrics: " << engine.metrics().size() << " bytes for your /metrics\n";
  return 0;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: cpp_boost_dll /path/to/librecveil.so.0\n";
    return 2;
  }
  try {
    return run(argv[1]);
  } catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
