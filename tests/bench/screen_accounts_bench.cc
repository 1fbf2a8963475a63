// Account screening: training, the channels of one account, and a large batch in one call.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "defense/screen/screen_model.h"
#include "support/bench_medians.h"
#include "support/screen_population.h"

namespace {

using namespace recveil;

const support::Accounts &window() {
  static const auto people = support::screen_people(4000, 1);
  return people;
}
const defense::ScreenModel &model() {
  static const auto trained = defense::ScreenModel::train(window().view(), {});
  return trained;
}
// RECVEIL_BENCH_ACCOUNTS: how many in the large batch.
const support::Accounts &batch() {
  static const auto people = [] {
    const char *n = std::getenv("RECVEIL_BENCH_ACCOUNTS");
    auto out = support::screen_people(n != nullptr ? std::strtoull(n, nullptr, 10) : 100'000, 2);
    support::append_random_fakes(out, 200, support::kScreenItems - 1, 30, 3);
    return out;
  }();
  return people;
}

void train(benchmark::State &state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(defense::ScreenModel::train(window().view(), {}));
  }
}

// The channels of one account, of 26 items in the mean, without the coordination of a batch.
void one_account(benchmark::State &state) {
  const auto channels = defense::ItemHistory(window().view(), defense::scale_of(window().view()));
  static const defense::AccountChannels one(window().view(), channels, {});
  auto scratch = one.scratch();
  const auto few = support::screen_people(512, 4);
  std::size_t u = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(one.scores({few.view().row(u++ % few.size())}, channels, scratch));
  }
}

void large_batch(benchmark::State &state) {
  model();
  batch();
  for (auto _ : state) benchmark::DoNotOptimize(model().screen(batch().view()));
  state.counters["accounts_per_s"] = benchmark::Counter(
      static_cast<double>(batch().size()), benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace

BENCHMARK(train)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(one_account)->Unit(benchmark::kMicrosecond);
BENCHMARK(large_batch)->Unit(benchmark::kMillisecond)->Iterations(1);

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  support::Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  if (medians.failed()) return 1;
  return 0;
}
