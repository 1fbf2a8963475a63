// Fold-in of one user through the C interface, of many in a batch, and the same in NumPy, taking
// turns in one run on one thread.
//
// usage: fold_bench PYTHON PEER [--require] [Google Benchmark's own]
// fold_ratio: NumPy's time over ours, 200 items at d = 64. batch_ratio: our time for one call over
// that of a user in a batch, at 200 items and at 20. --require fails where fold_ratio is below 1.8.
#include <benchmark/benchmark.h>
#include <stdio.h>

#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "recveil/recveil.hpp"

namespace {

constexpr std::size_t kItems = 20000, kD = 64, kUsers = 64;

// An engine with two models, and histories of kUsers users.
class Host {
 public:
  explicit Host(std::size_t n_history) : n_history_(n_history), support_(kItems, 9) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.1f);
    factors_.resize(kItems * kD);
    for (float &value : factors_) value = normal(random);
    std::array<recveil_fold_model, 2> models;
    for (recveil_fold_model &model : models) {
      model = RECVEIL_FOLD_MODEL_INIT;
      model.kind = RECVEIL_FOLD_FACTORS;
      model.d = kD;
      model.n_items = kItems;
      model.support = support_.data();
      model.item_factors = factors_.data();
      model.observed_weight = 1;
      model.unobserved_weight = 0.2;
      model.regularization = 0.005;
      model.regularization_exponent = 1;
    }
    recveil_folds folds = RECVEIL_FOLDS_INIT;
    folds.n_folds = 2;
    folds.version = 1;
    folds.models = models.data();
    engine_.publish_folds(folds);
    for (std::size_t u = 0; u < kUsers; ++u) {
      offsets_.push_back(histories_.size());
      for (std::size_t i = 0; i < n_history; ++i) {  // different items, in no order
        histories_.push_back(static_cast<std::uint32_t>(
            (i * 7919 + u * 613) % (kItems / n_history) * n_history + i));
      }
      std::shuffle(histories_.end() - static_cast<std::ptrdiff_t>(n_history), histories_.end(),
                   random);
      recveil_request request = RECVEIL_REQUEST_INIT;
      request.user = u;
      request.history_len = 1;
      decisions_.push_back(engine_.route(request));
      folds_.push_back(decisions_.back().fold);
    }
    offsets_.push_back(histories_.size());
    scratch_.resize(1 << 22);
  }

  bool one(std::size_t user) {
    return recveil_fold_in(engine_.get(), &decisions_[user], histories_.data() + offsets_[user],
                           n_history_, rows_.data(), kD, scratch_.data(),
                           scratch_.size()) == RECVEIL_OK;
  }
  bool all() {
    return recveil_fold_in_batch(engine_.get(), 1, folds_.data(), kUsers, offsets_.data(),
                                 histories_.data(), rows_.data(), kD, scratch_.data(),
                                 scratch_.size()) == RECVEIL_OK;
  }

 private:
  recveil::Engine engine_ = recveil::Engine::open(
      recveil::linked(), "serving: {mode: cross_fit, folds: 2}\nkeys: {ephemeral: true}");
  std::size_t n_history_;
  std::vector<std::uint32_t> support_, histories_;
  std::vector<float> factors_, rows_ = std::vector<float>(kUsers * kD);
  std::vector<std::size_t> offsets_;
  std::vector<recveil_decision> decisions_;
  std::vector<std::uint16_t> folds_;
  std::vector<unsigned char> scratch_;
};

Host &host(std::size_t n_history) {
  static std::map<std::size_t, Host> hosts;
  return hosts.try_emplace(n_history, n_history).first->second;
}

// fold_peer.py, a line for a line.
class Peer {
 public:
  bool start(const char *python, const char *script) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) return false;
    child_ = fork();
    if (child_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
      execl(python, python, script, "20000", "64", "200", nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    in_ = fdopen(from[0], "r");
    out_ = fdopen(to[1], "w");
    const std::string way = line();
    std::printf("NumPy peer: %s\n", way.c_str());
    return !way.empty();
  }
  double seconds(std::size_t users) {
    std::fprintf(out_, "%zu\n", users);
    std::fflush(out_);
    return std::atof(line().c_str());
  }
  void stop() {
    std::fclose(out_);
    std::fclose(in_);
    waitpid(child_, nullptr, 0);
  }

 private:
  std::string line() {
    char text[128] = "";
    if (std::fgets(text, sizeof(text), in_) == nullptr) return "";
    text[std::strcspn(text, "\n")] = '\0';
    return text;
  }
  pid_t child_ = -1;
  FILE *in_ = nullptr, *out_ = nullptr;
};
Peer peer;

void FoldIn(benchmark::State &state) {
  Host &with = host(static_cast<std::size_t>(state.range(0)));
  std::size_t user = 0;
  for (auto _ : state) {
    if (!with.one(user)) state.SkipWithError(recveil_last_error());
    user = (user + 1) % kUsers;
  }
}
// An iteration is kUsers users.
void FoldInBatch(benchmark::State &state) {
  Host &with = host(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    if (!with.all()) state.SkipWithError(recveil_last_error());
  }
}
void NumPy(benchmark::State &state) {
  for (auto _ : state) state.SetIterationTime(peer.seconds(kUsers));
}
BENCHMARK(FoldIn)->Arg(200)->Arg(20)->UseRealTime();
BENCHMARK(FoldInBatch)->Arg(200)->Arg(20)->UseRealTime();
BENCHMARK(NumPy)->UseManualTime();

// Remembers the time of one iteration in every repetition.
class Medians : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      failed_ = failed_ || run.error_occurred;
      times_[run.benchmark_name()].push_back(run.GetAdjustedRealTime());
    }
    ConsoleReporter::ReportRuns(runs);
  }
  double median(const std::string &name) {
    std::vector<double> &times = times_.at(name);
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }
  bool failed() const { return failed_; }

 private:
  std::map<std::string, std::vector<double>> times_;
  bool failed_ = false;
};

}  // namespace

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const bool require = argc > 3 && std::strcmp(argv[3], "--require") == 0;
  if (!peer.start(argv[1], argv[2])) {
    std::printf("skipped: no NumPy\n");
    return 77;
  }
  std::vector<char *> arguments(argv + (require ? 4 : 3), argv + argc);
  std::string repetitions = "--benchmark_repetitions=11", seconds = "--benchmark_min_time=0.03",
              interleaving = "--benchmark_enable_random_interleaving=true";
  arguments.insert(arguments.begin(),
                   {argv[0], repetitions.data(), seconds.data(), interleaving.data()});
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  peer.stop();
  if (medians.failed()) return 1;
  const auto per_user = [&](const std::string &items) {
    return medians.median("FoldInBatch/" + items + "/real_time") / kUsers;
  };
  const double fold_ratio =
      medians.median("NumPy/manual_time") / kUsers / medians.median("FoldIn/200/real_time");
  const double batch_200 = medians.median("FoldIn/200/real_time") / per_user("200");
  const double batch_20 = medians.median("FoldIn/20/real_time") / per_user("20");
  std::printf("fold_ratio=%.2f\nbatch_ratio=%.2f\nbatch_ratio_20=%.2f\n", fold_ratio, batch_200,
              batch_20);
  return require && fold_ratio < 1.8 ? 1 : 0;
}
