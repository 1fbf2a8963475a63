// An audit of any kind ends with E_CANCELLED soon after another thread sets the flag, at any
// moment, writes nothing, and tells how far it is at least once a second until then.
//
// Bound: 1 s. What is compared with it is the lesser of the time on the clock and the time on the
// processors, because a machine that does other things lends us less of both. Each kind is stopped
// at kMoments moments, and the median decides.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "recveil/recveil.h"
#include "support/host_check.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMoments = 3;  // one in each third of the time
constexpr double kLatest = 1.2;      // s after the start
constexpr double kBound = 1;         // s

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// What the progress callback sees.
struct Heard {
  Clock::time_point last = Clock::now();
  double longest = 0;  // s between two calls
};

std::int32_t hear(void *ctx, double fraction, const char *what) {
  CHECK(fraction >= 0 && fraction <= 1 && what != nullptr);
  Heard &heard = *static_cast<Heard *>(ctx);
  heard.longest = std::max(heard.longest, seconds_since(heard.last));
  heard.last = Clock::now();
  return 0;
}

std::int32_t no_report(void *, const char *, std::size_t) {
  host_fail(__FILE__, __LINE__, "a report of an audit that was stopped");
  return 0;
}

using Audit = std::function<recveil_status(const recveil_audit_options &)>;

void stops(const char *kind, const Audit &audit) {
  std::mt19937_64 random(20261128);
  std::vector<double> late, silent;
  for (std::size_t i = 0; i < kMoments; ++i) {
    std::uniform_real_distribution<double> moments(0, kLatest / kMoments);
    const double moment = static_cast<double>(i) * kLatest / kMoments + moments(random);
    std::int32_t flag = 0;
    double processors = 0;
    Clock::time_point set;
    std::thread host([&] {
      std::this_thread::sleep_for(std::chrono::duration<double>(moment));
      processors = processor_seconds();
      set = Clock::now();
      __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
    });
    Heard heard;
    recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
    options.n_threads = 2;
    options.progress = {hear, &heard, &flag};
    const recveil_status status = audit(options);
    const Clock::time_point ended = Clock::now();
    const double spent = processor_seconds();
    // Until it is stopped: what comes after the last call is silence too.
    heard.longest = std::max(heard.longest, seconds_since(heard.last));
    host.join();
    host_check_status(__FILE__, __LINE__, kind, RECVEIL_E_CANCELLED, "cancel flag", status);
    late.push_back(
        std::min(std::chrono::duration<double>(ended - set).count(), spent - processors));
    silent.push_back(heard.longest);
  }
  std::fprintf(stderr, "%-20s stopped after %.3f s, silent for %.3f s (medians of %zu)\n", kind,
               median(late), median(silent), kMoments);
  CHECK(median(late) <= kBound);
  CHECK(median(silent) <= kBound);
}

void stops_request(const char *kind, const std::string &request) {
  stops(kind, [&](const recveil_audit_options &options) {
    return recveil_audit_run(request.data(), request.size(), &options, no_report, nullptr);
  });
}

// People with `length` random items each, the lower numbers the likelier.
struct People {
  std::vector<std::size_t> history_offsets{0}, list_offsets{0};
  std::vector<std::uint32_t> histories, lists;
  std::vector<std::uint8_t> members;
};

void draw(std::size_t length, std::size_t n_items, std::mt19937_64 &random,
          std::vector<std::uint32_t> &items, std::vector<std::size_t> &offsets) {
  std::uniform_real_distribution<double> uniform(0, 1);
  while (items.size() < offsets.back() + length) {
    const double share = uniform(random);
    const auto item = static_cast<std::uint32_t>(share * share * static_cast<double>(n_items));
    const auto row = items.begin() + static_cast<std::ptrdiff_t>(offsets.back());
    if (std::find(row, items.end(), item) == items.end()) items.push_back(item);
  }
  offsets.push_back(items.size());
}

void lists() {
  constexpr std::size_t kUsers = 12000, kItems = 3000;
  std::mt19937_64 random(1);
  People people;
  for (std::size_t u = 0; u < kUsers; ++u) {
    draw(20, kItems, random, people.histories, people.history_offsets);
    draw(20, kItems, random, people.lists, people.list_offsets);
    people.members.push_back(u % 2);
  }
  recveil_audit_population target = RECVEIL_AUDIT_POPULATION_INIT;
  target.n_users = kUsers;
  target.n_items = kItems;
  target.history_offsets = people.history_offsets.data();
  target.history_items = people.histories.data();
  target.list_offsets = people.list_offsets.data();
  target.list_items = people.lists.data();
  target.members = people.members.data();
  stops("lists", [&](recveil_audit_options options) {
    options.n_seeds = 100;
    return recveil_audit_lists(&target, nullptr, &options, no_report, nullptr);
  });
}

void attributes() {
  constexpr std::size_t kRows = 8000, kColumns = 32;
  std::mt19937_64 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> rows(kRows * kColumns);
  for (float &value : rows) value = normal(random);
  std::vector<std::int32_t> classes;
  for (std::size_t r = 0; r < kRows; ++r) classes.push_back(static_cast<std::int32_t>(r % 3));
  const std::uint32_t n_classes = 3;
  recveil_audit_embeddings in = RECVEIL_AUDIT_EMBEDDINGS_INIT;
  in.n_rows = kRows;
  in.dimension = kColumns;
  in.before = rows.data();
  in.n_attributes = 1;
  in.n_classes = &n_classes;
  in.classes = classes.data();
  stops("attributes of rows", [&](recveil_audit_options options) {
    options.n_seeds = 100;
    return recveil_audit_attributes(&in, &options, no_report, nullptr, nullptr);
  });
}

void a_flag_set_before_stops_at_once() {
  std::int32_t flag = 1;
  recveil_audit_options options = RECVEIL_AUDIT_OPTIONS_INIT;
  options.progress.cancel = &flag;
  CHECK_FAILS(RECVEIL_E_CANCELLED, "cancel flag",
              recveil_audit_run("{}", 2, &options, no_report, nullptr));
  options.progress.cancel =
      reinterpret_cast<const std::int32_t *>(reinterpret_cast<const char *>(&flag) + 1);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "audit_options.progress.cancel",
              recveil_audit_run("{}", 2, &options, no_report, nullptr));
}

}  // namespace

int main() {
  const std::string data = R"("data": "synthetic:users=6000,items=3000", "seeds": 100)";
  a_flag_set_before_stops_at_once();
  stops_request("membership", R"({"audit": "membership", "recommender": "ials", )"
                              R"("defense": "cross_fit", "adversary": "sybil", )" +
                                  data + "}");
  stops_request("grid", R"({"audit": "grid", "cells": [{"defense": "none"}, )"
                        R"({"defense": "cross_fit", "folds": 4}], )" +
                            data + "}");
  stops_request("screening", R"({"audit": "screening", )" + data + "}");
  stops_request("attribute", R"({"audit": "attribute", "defenses": ["optimal_transport", )"
                             R"("attrcloak_df"], )" +
                                 data + "}");
  stops_request(
      "inversion",
      R"({"audit": "inversion", "recommender": "als", "fakes": ["descent"], )" + data + "}");
  stops_request("paper",
                R"({"audit": "paper", "recommenders": ["item_cf", "lfm", "ncf"], )" + data + "}");
  stops_request(
      "paper, cross-fit",
      R"({"audit": "paper", "table": "cross_fit", "recommenders": ["ncf"], )" + data + "}");
  stops_request("attribute, edits",
                R"({"audit": "attribute", "defenses": ["perblur", "blurmore"], )" + data + "}");
  stops_request("private",
                R"({"audit": "membership", "recommender": "ials", "defense": "private", )"
                R"("epsilon": 8, )" +
                    data + "}");
  lists();
  attributes();
  return host_result();
}
