// What watching 20 items adds to a publication: 100,000 items in 5 folds, of factors (d = 64) and
// of item-to-item weights (50 an item). Publications with and without take turns; the median of
// each pair's ratio of processor times is printed (publishing waits for nothing and starts no
// thread). --require: fails where it is above 1.05.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "recveil/recveil.h"

namespace {

constexpr std::size_t kItems = 100000, kFolds = 5, kD = 64, kRow = 50, kRounds = 41;
constexpr double kMost = 1.05;

void must(recveil_status status) {
  if (status == RECVEIL_OK) return;
  std::fprintf(stderr, "watch_bench: %s\n", recveil_last_error());
  std::exit(2);
}

float number(std::uint32_t &state) {
  state = state * 1664525u + 1013904223u;
  return static_cast<float>(state >> 8) / static_cast<float>(1 << 24) - 0.5F;
}

struct Models {
  std::vector<std::uint32_t> support, row_items;
  std::vector<std::size_t> offsets;
  std::vector<float> numbers;
  std::vector<recveil_fold_model> models;

  Models(recveil_fold_kind kind, std::uint32_t seed) {
    const bool factors = kind == RECVEIL_FOLD_FACTORS;
    const std::size_t of_model = kItems * (factors ? kD : kRow);
    support.assign(kItems, 10);
    numbers.resize(of_model * kFolds);
    for (float &value : numbers) value = number(seed);
    offsets.resize(kItems + 1);
    for (std::size_t i = 0; i <= kItems; ++i) offsets[i] = i * kRow;
    row_items.resize(kItems * kRow);
    for (std::size_t i = 0; i < row_items.size(); ++i) {
      row_items[i] = static_cast<std::uint32_t>((i * 7919) % kItems);
    }
    for (std::size_t f = 0; f < kFolds; ++f) {
      recveil_fold_model model = RECVEIL_FOLD_MODEL_INIT;
      model.kind = kind;
      model.n_items = kItems;
      model.support = support.data();
      if (factors) {
        model.d = kD;
        model.item_factors = numbers.data() + f * of_model;
        model.observed_weight = 2;
        model.unobserved_weight = 1;
        model.regularization = 10;
      } else {
        model.weight_offsets = offsets.data();
        model.weight_items = row_items.data();
        model.weights = numbers.data() + f * of_model;
      }
      models.push_back(model);
    }
  }
};

recveil_engine *open_engine(bool watched) {
  std::string yaml = "serving: {mode: cross_fit, folds: 5";
  if (watched) {
    yaml += ", watch_items: {items: [";
    for (int i = 0; i < 20; ++i) yaml += (i > 0 ? ", " : "") + std::to_string(1000 + 37 * i);
    yaml += "]}";
  }
  yaml += "}\nkeys: {ephemeral: true}";
  recveil_engine *engine = nullptr;
  must(recveil_engine_open(yaml.data(), yaml.size(), nullptr, &engine));
  return engine;
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double publish(recveil_engine *engine, const Models &models, std::uint64_t version) {
  recveil_folds folds = RECVEIL_FOLDS_INIT;
  folds.model_version = version;
  folds.models = models.models.data();
  folds.n_folds = kFolds;
  const double start = processor_seconds();
  must(recveil_publish_folds(engine, &folds));
  return processor_seconds() - start;
}

double ratio(recveil_fold_kind kind) {
  const Models a(kind, 1), b(kind, 2);
  recveil_engine *with = open_engine(true), *without = open_engine(false);
  std::vector<double> ratios, times;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    const Models &next = round % 2 == 0 ? a : b;
    double watched = 0, plain = 0;
    if (round % 4 < 2) {
      plain = publish(without, next, round);
      watched = publish(with, next, round);
    } else {
      watched = publish(with, next, round);
      plain = publish(without, next, round);
    }
    if (round == 1) continue;  // nothing to compare with
    ratios.push_back(watched / plain);
    times.push_back(plain);
  }
  recveil_engine_close(with);
  recveil_engine_close(without);
  const auto middle = [](std::vector<double> &values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  const double out = middle(ratios);
  std::printf("%s: a publication takes %.1f ms, with 20 watched items %.3f times that\n",
              kind == RECVEIL_FOLD_FACTORS ? "factors" : "item-item weights", 1e3 * middle(times),
              out);
  return out;
}

}  // namespace

int main(int argc, char **argv) {
  const bool require = argc > 1 && std::strcmp(argv[1], "--require") == 0;
  const double factors = ratio(RECVEIL_FOLD_FACTORS), weights = ratio(RECVEIL_FOLD_ITEM_ITEM);
  return require && std::max(factors, weights) > kMost ? 1 : 0;
}
