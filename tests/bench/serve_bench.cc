// What a list costs: recveil_route and recveil_serve for a non-member, 100 of a pool of 1,000,
// against std::sample with a generator seeded for each request, which is what a host would write.
// Metrics are on; they cannot be turned off.
//
// Prints, after the table, of interleaved repetitions in this one run:
//   serve_ratio=   time of std::sample / time of route and serve, medians (>= 8 wanted)
//   scale_ratio=   how two threads scale, against two threads that do the same arithmetic and share
//                  nothing, the fastest repetitions (>= .9 wanted): threads that are in each
//                  other's way are so in each of 100,000 calls, and a neighbour on the machine is
//                  not
// With --require it fails if a ratio is missed.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "recveil/recveil.hpp"
#include "support/bench_medians.h"

namespace {

constexpr std::uint32_t kList = 100, kPool = 1000;

const recveil::Engine &engine() {
  static const recveil::Engine shared = [] {
    auto opened = recveil::Engine::open(recveil::linked(), "keys: {ephemeral: true}");
    std::vector<std::uint64_t> counts(3000);
    std::iota(counts.begin(), counts.end(), 1);
    opened.publish_popularity(counts);
    std::vector<recveil_user> members(100000);
    std::iota(members.begin(), members.end(), 1u << 30);
    opened.publish_users(RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, members);
    return opened;
  }();
  return shared;
}

void RouteAndServe(benchmark::State &state) {
  recveil_engine *raw = engine().get();
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.user = static_cast<recveil_user>(state.thread_index()) << 20;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  recveil_page page = RECVEIL_PAGE_INIT;
  page.k = kList;
  std::array<std::uint32_t, kList> positions{};
  recveil_slate slate = RECVEIL_SLATE_INIT;
  slate.positions = positions.data();
  for (auto _ : state) {
    ++request.user;
    if (recveil_route(raw, &request, &decision) != RECVEIL_OK ||
        recveil_serve(raw, &decision, &page, &slate) != RECVEIL_OK || slate.n_filled != kList) {
      state.SkipWithError(recveil_last_error());
      break;
    }
    benchmark::DoNotOptimize(positions);
  }
}

void StdSample(benchmark::State &state) {
  std::vector<std::uint32_t> pool(kPool), out(kList);
  std::iota(pool.begin(), pool.end(), 0u);
  std::uint64_t user = 0;
  for (auto _ : state) {
    std::mt19937_64 generator(++user);
    std::sample(pool.begin(), pool.end(), out.begin(), kList, generator);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}

// As much arithmetic as a list takes, on the stack, shared with nobody: how well two threads can
// do.
void NoSharing(benchmark::State &state) {
  std::uint64_t x = static_cast<std::uint64_t>(state.thread_index()) + 1;
  std::array<std::uint32_t, kPool> scratch{};
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < kPool; ++i) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      scratch[i] = static_cast<std::uint32_t>(x >> 33);
    }
    benchmark::DoNotOptimize(scratch);
  }
}

BENCHMARK(RouteAndServe)->Threads(1)->UseRealTime();
BENCHMARK(RouteAndServe)->Threads(2)->UseRealTime();
BENCHMARK(NoSharing)->Threads(1)->UseRealTime();
BENCHMARK(NoSharing)->Threads(2)->UseRealTime();
BENCHMARK(StdSample)->UseRealTime();

}  // namespace

int main(int argc, char **argv) {
  bool require = false;
  std::vector<char *> arguments;
  for (int i = 0; i < argc; ++i) {
    if (std::strcmp(argv[i], "--require") == 0) {
      require = true;
    } else {
      arguments.push_back(argv[i]);
    }
  }
  std::string repetitions = "--benchmark_repetitions=11", seconds = "--benchmark_min_time=0.05",
              interleaving = "--benchmark_enable_random_interleaving=true";
  for (std::string *flag : {&repetitions, &seconds, &interleaving}) {
    arguments.insert(arguments.begin() + 1, flag->data());
  }
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  recveil::support::Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  if (medians.failed()) return 1;
  const std::string one = "/real_time/threads:1", two = "/real_time/threads:2";
  const double serve_ratio =
      medians.median("StdSample/real_time") / medians.median("RouteAndServe" + one);
  // Real time of an iteration across both threads halves when nothing is in the way.
  const double scale_ratio =
      (medians.fastest("RouteAndServe" + one) / medians.fastest("RouteAndServe" + two)) /
      (medians.fastest("NoSharing" + one) / medians.fastest("NoSharing" + two));
  std::printf("serve_ratio=%.2f\nscale_ratio=%.3f\n", serve_ratio, scale_ratio);
  return require && (serve_ratio < 8 || scale_ratio < 0.9) ? 1 : 0;
}
