// Item-CF on generated interactions of the size and activity of MovieLens 1M, and of a fifth of its
// users. The peer does the same by dense linear algebra in float: the co-occurrence as X^T X, the
// scores as similarity times history. iALS and ALS on the same; the peer of a half-sweep's solves
// is written with Eigen alone, one rank update and one decomposition a row.
#include <benchmark/benchmark.h>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recommend/als.h"
#include "recommend/ials.h"
#include "recommend/item_cf.h"
#include "recommend/recommender.h"
#include "support/recommend_random.h"

namespace {

using recveil::Interactions;
using Matrix = Eigen::MatrixXf;
using Index = Eigen::Index;

Interactions interactions(const benchmark::State &state) {
  const auto users = static_cast<std::size_t>(state.range(0));
  return recveil::support::random_interactions(
      {.users = users, .items = 3706, .mean_extra = 145, .least = 20}, 1);
}

Eigen::VectorXf dense(std::span<const std::uint32_t> history, std::uint32_t n_items) {
  Eigen::VectorXf out = Eigen::VectorXf::Zero(n_items);
  for (const std::uint32_t item : history) out[item] = 1;
  return out;
}

Matrix gemm_similarity(const Interactions &training) {
  Matrix x(static_cast<Index>(training.n_users()), training.n_items);
  for (Index user = 0; user < x.rows(); ++user) {
    x.row(user) = dense(training.row(static_cast<std::size_t>(user)), training.n_items).transpose();
  }
  Matrix similarity(x.cols(), x.cols());
  similarity.noalias() = x.transpose() * x;
  const Eigen::VectorXf degree = similarity.diagonal();
  const Eigen::VectorXf inverse_root = degree.cwiseMax(1).cwiseSqrt().cwiseInverse();
  similarity.diagonal().setZero();
  return inverse_root.asDiagonal() * similarity * inverse_root.asDiagonal();
}

void train_item_cf(benchmark::State &state) {
  const Interactions training = interactions(state);
  for (auto _ : state) benchmark::DoNotOptimize(recveil::recommend::train_item_cf(training));
}

void train_eigen_gemm(benchmark::State &state) {
  const Interactions training = interactions(state);
  for (auto _ : state) benchmark::DoNotOptimize(gemm_similarity(training));
}

// One user an iteration, all of them in turn.
void score_item_cf(benchmark::State &state) {
  const Interactions training = interactions(state);
  const auto model = recveil::recommend::train_item_cf(training);
  std::vector<float> scores(training.n_items);
  std::size_t user = 0;
  for (auto _ : state) {
    model->score(training.row(user), scores);
    benchmark::DoNotOptimize(scores.data());
    user = (user + 1) % training.n_users();
  }
}

// A product with the dense history, where most factors are 0.
void score_eigen_gemv(benchmark::State &state) {
  const Interactions training = interactions(state);
  const Matrix similarity = gemm_similarity(training);
  Eigen::VectorXf scores(training.n_items);
  std::size_t user = 0;
  for (auto _ : state) {
    scores.noalias() = similarity * dense(training.row(user), training.n_items);
    benchmark::DoNotOptimize(scores.data());
    user = (user + 1) % training.n_users();
  }
}

void top_k_unseen(benchmark::State &state) {
  const Interactions training = interactions(state);
  const auto model = recveil::recommend::train_item_cf(training);
  std::vector<float> scores(training.n_items);
  model->score(training.row(0), scores);
  std::vector<float> clobbered;
  std::vector<std::uint32_t> list;
  for (auto _ : state) {
    clobbered = scores;
    recveil::recommend::top_k_unseen(clobbered, training.row(0), 10, list);
    benchmark::DoNotOptimize(list.data());
  }
}

// Two half-sweeps, and the start.
void train_ials_sweep(benchmark::State &state) {
  const Interactions training = interactions(state);
  const recveil::recommend::IalsOptions options{.d = static_cast<std::size_t>(state.range(1)),
                                                .sweeps = 1};
  for (auto _ : state) {
    benchmark::DoNotOptimize(recveil::recommend::train_ials(training, options));
  }
}

void train_als_sweep(benchmark::State &state) {
  const Interactions training = interactions(state);
  const recveil::recommend::AlsOptions options{.d = static_cast<std::size_t>(state.range(1)),
                                               .sweeps = 1};
  for (auto _ : state) {
    benchmark::DoNotOptimize(recveil::recommend::train_als(training, options));
  }
}

// One user an iteration, all of them in turn: the work of half of an iALS sweep.
void fold_in_ials(benchmark::State &state) {
  const Interactions training = interactions(state);
  const auto d = static_cast<std::size_t>(state.range(1));
  const auto model = recveil::recommend::train_ials(training, {.d = d, .sweeps = 1});
  std::vector<float> row(d);
  std::size_t user = 0;
  for (auto _ : state) {
    model->fold_in(training.row(user), row);
    benchmark::DoNotOptimize(row.data());
    user = (user + 1) % training.n_users();
  }
}

void fold_in_eigen(benchmark::State &state) {
  const Interactions training = interactions(state);
  const auto d = static_cast<Index>(state.range(1));
  const auto model = recveil::recommend::train_ials(
      training, {.d = static_cast<std::size_t>(state.range(1)), .sweeps = 1});
  const Eigen::Map<const Matrix> items(model->item_factors().data.data(), d,
                                       training.n_items);  // its columns are our rows
  const Matrix start = 0.2f * items * items.transpose() + Matrix::Identity(d, d);
  Matrix system(d, d), gathered;
  Eigen::VectorXf row(d);
  std::size_t user = 0;
  for (auto _ : state) {
    const auto history = training.row(user);
    gathered.resize(d, static_cast<Index>(history.size()));
    for (std::size_t k = 0; k < history.size(); ++k) {
      gathered.col(static_cast<Index>(k)) = items.col(history[k]);
    }
    system = start;
    system.selfadjointView<Eigen::Lower>().rankUpdate(gathered, 0.8f);
    row = system.selfadjointView<Eigen::Lower>().llt().solve(gathered.rowwise().sum());
    benchmark::DoNotOptimize(row.data());
    user = (user + 1) % training.n_users();
  }
}

void score_ials(benchmark::State &state) {
  const Interactions training = interactions(state);
  const auto model = recveil::recommend::train_ials(training, {.sweeps = 1});
  std::vector<float> scores(training.n_items);
  std::size_t user = 0;
  for (auto _ : state) {
    model->score(training.row(user), scores);
    benchmark::DoNotOptimize(scores.data());
    user = (user + 1) % training.n_users();
  }
}

BENCHMARK(train_item_cf)->Arg(1200)->Arg(6040)->Unit(benchmark::kMillisecond);
BENCHMARK(train_eigen_gemm)->Arg(1200)->Arg(6040)->Unit(benchmark::kMillisecond);
BENCHMARK(score_item_cf)->Arg(1200)->Arg(6040)->Unit(benchmark::kMicrosecond);
BENCHMARK(score_eigen_gemv)->Arg(1200)->Unit(benchmark::kMicrosecond);
BENCHMARK(train_ials_sweep)->Args({6040, 32})->Args({6040, 64})->Unit(benchmark::kMillisecond);
BENCHMARK(train_als_sweep)->Args({6040, 64})->Unit(benchmark::kMillisecond);
BENCHMARK(fold_in_ials)->Args({6040, 32})->Args({6040, 64})->Unit(benchmark::kMicrosecond);
BENCHMARK(fold_in_eigen)->Args({6040, 32})->Args({6040, 64})->Unit(benchmark::kMicrosecond);
BENCHMARK(score_ials)->Arg(6040)->Unit(benchmark::kMicrosecond);
BENCHMARK(top_k_unseen)->Arg(1200)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
