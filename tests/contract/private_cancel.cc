// Training a private model ends with E_CANCELLED within .2 s after another thread sets the flag,
// also while the eigenvalues of 2,000 items are computed, which takes seconds; it tells how far it
// is meanwhile. What is compared with the bound is the lesser of the time on the clock and the time
// on the processors, because a machine that does other things lends us less of both.
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "recveil/recveil.h"
#include "support/host_engine.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kItems = 2000;
constexpr std::size_t kPeople = 2000, kLength = 20;
constexpr double kBound = .2;  // s

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Heard {
  std::atomic<double> fraction{0};
  std::size_t n_of_eigenvalues = 0;
};

std::int32_t hear(void *ctx, double fraction, const char *what) {
  Heard &heard = *static_cast<Heard *>(ctx);
  CHECK(fraction >= heard.fraction && fraction <= 1);
  if (std::strcmp(what, "computing eigenvalues") == 0 && fraction > heard.fraction) {
    ++heard.n_of_eigenvalues;
  }
  heard.fraction = fraction;
  return 0;
}

std::vector<std::uint8_t> statistics(const std::vector<std::uint32_t> &catalogue) {
  recveil_private_shape shape = RECVEIL_PRIVATE_SHAPE_INIT;
  shape.n_items = kItems;
  shape.n_catalogue = static_cast<std::uint32_t>(catalogue.size());
  shape.catalogue = catalogue.empty() ? nullptr : catalogue.data();
  std::size_t size = 0;
  CHECK_OK(recveil_private_stats_size(&shape, &size));
  std::vector<std::uint8_t> out(size);
  CHECK_OK(recveil_private_stats_init(&shape, out.data(), size));
  std::mt19937_64 random(1);
  std::vector<std::uint32_t> items;
  std::vector<std::size_t> offsets{0};
  for (std::size_t u = 0; u < kPeople; ++u) {
    const std::uint32_t first = static_cast<std::uint32_t>(random() % kItems);
    for (std::uint32_t i = 0; i < kLength; ++i) items.push_back((first + i * i) % kItems);
    offsets.push_back(items.size());
  }
  CHECK_OK(recveil_private_stats_add(out.data(), size, offsets.data(), items.data(), kPeople));
  return out;
}

}  // namespace

int main() {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  recveil_engine *engine = host_open(
      "serving: {mode: private, list_length: 10, ratio: 0.5}\nkeys: {file: key}\n"
      "private: {ledger: ledger, mu: 8, releases: 4, people: 500, catalogue: 2000}\n");
  const auto counts = statistics({});
  std::vector<std::uint32_t> catalogue(kItems);
  std::size_t n = 0;
  CHECK_OK(recveil_private_catalogue(engine, 1, counts.data(), counts.size(), nullptr,
                                     catalogue.data(), kItems, &n));
  CHECK_EQ(kItems, n);
  const auto gram = statistics(catalogue);

  std::mt19937_64 random(20261129);
  std::uniform_real_distribution<double> wait(0, .1);
  // Among the rotations; the unit test of the spectrum stops in the reduction too.
  constexpr double kAt = .6;
  std::int32_t flag = 0;
  Heard heard;
  double processors = 0;
  Clock::time_point set;
  const double moment = wait(random);
  std::thread host([&] {
    while (heard.fraction < kAt) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::this_thread::sleep_for(std::chrono::duration<double>(moment));
    processors = processor_seconds();
    set = Clock::now();
    __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
  });
  recveil_private_training training = RECVEIL_PRIVATE_TRAINING_INIT;
  training.release = 1;
  training.kind = RECVEIL_FOLD_ITEM_ITEM;
  training.progress = {hear, &heard, &flag};
  recveil_private_model *model = nullptr;
  const recveil_status status = recveil_private_train(
      engine, &training, counts.data(), counts.size(), gram.data(), gram.size(), &model);
  const Clock::time_point ended = Clock::now();
  const double spent = processor_seconds();
  const double done = heard.fraction;
  heard.fraction = 1;  // in case that it ended otherwise
  host.join();
  host_check_status(__FILE__, __LINE__, "train", RECVEIL_E_CANCELLED, "cancel flag", status);
  CHECK(model == nullptr);
  CHECK(done >= kAt && done < .9);
  const double late =
      std::min(std::chrono::duration<double>(ended - set).count(), spent - processors);
  std::fprintf(stderr, "at %.2f: stopped after %.3f s, %zu reports\n", done, late,
               heard.n_of_eigenvalues);
  CHECK(late <= kBound);
  CHECK(heard.n_of_eigenvalues >= 2);
  recveil_engine_close(engine);
  return host_finish();
}
