// The journal with 10,000 requests: how long a submit takes until it is durable, alone and many in
// one call, then plan, apply and ack of a table of ml-1m's size, completion, and opening. Prints
// numbers; no time is a pass or a failure.
//   usage: forget_bench [FOLDER]   default: the current folder, which should be on a real disk
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "journal/journal.h"

namespace {

using namespace recveil;
using namespace recveil::journal;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kRequests = 10'000;
constexpr std::size_t kAtOnce = 1000, kDimensions = 64;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void quantiles(const char *what, std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  double sum = 0;
  for (const double s : seconds) sum += s;
  const auto at = [&](double q) {
    return 1e3 * seconds[static_cast<std::size_t>(q * static_cast<double>(seconds.size() - 1))];
  };
  std::printf("%-34s p50 %.3f ms, p99 %.3f ms, max %.3f ms, %.0f a second\n", what, at(.5), at(.99),
              at(1), static_cast<double>(seconds.size()) / sum);
}

std::array<unsigned char, 16> numbered(std::uint64_t n) {
  std::array<unsigned char, 16> out{};
  std::memcpy(out.data(), &n, sizeof n);
  return out;
}

Submission request(const Key &subjects, std::uint64_t n) {
  Submission out;
  const std::string id = "user " + std::to_string(n);
  out.id = numbered(n);
  out.subjects = {
      subject_of(subjects, {reinterpret_cast<const unsigned char *>(id.data()), id.size()})};
  out.attributes = {"gender"};
  out.regulation = Regulation::gdpr;
  return out;
}

}  // namespace

int main(int argc, char **argv) {
  const std::string path = std::string(argc > 1 ? argv[1] : ".") + "/forget_bench.db";
  for (const char *tail : {"", "-wal", "-shm", "-owner"}) std::remove((path + tail).c_str());
  const Key master = random_key();
  const Key subjects = subject_key(master);
  const auto now = [] { return std::uint64_t{1'700'000'000}; };
  auto journal = std::make_unique<Journal>(path, master, now);
  std::printf("peak memory at the start %.1f MiB\n", peak_mib());

  std::vector<double> times;
  std::vector<Subject> people;
  for (std::uint64_t n = 0; n < kRequests; ++n) {
    const Submission submission = request(subjects, n);
    people.push_back(submission.subjects[0]);
    const auto start = Clock::now();
    journal->submit(submission);
    times.push_back(seconds_since(start));
  }
  quantiles("submit, one by one", times);

  auto start = Clock::now();
  for (std::uint64_t first = 0; first < kRequests; first += kAtOnce) {
    std::vector<Submission> many;
    for (std::uint64_t n = first; n < first + kAtOnce; ++n) {
      many.push_back(request(subjects, kRequests + n));
      people.push_back(many.back().subjects[0]);
    }
    journal->submit(many);
  }
  std::printf("%-34s %.0f a second\n", "submit, 1,000 in a call",
              static_cast<double>(kRequests) / seconds_since(start));

  // 20,000 rows of them and 80,000 of nobody.
  std::vector<Subject> all = people;
  for (std::uint64_t n = 0; n < 80'000; ++n) {
    all.push_back(request(subjects, 1'000'000 + n).subjects[0]);
  }
  std::vector<unsigned char> row(kDimensions * sizeof(float), 1);
  start = Clock::now();
  std::vector<RowNow> rows;
  for (const Subject &subject : all) {
    rows.push_back({subject, journal->row_digest(subject, "users", row)});
  }
  std::printf("%-34s %.0f rows a second (d = %zu)\n", "digests",
              static_cast<double>(all.size()) / seconds_since(start), kDimensions);
  start = Clock::now();
  const auto plan = journal->plan("users", 1, rows);
  std::printf("%-34s %.0f rows a second, %zu of %zu owed\n", "plan",
              static_cast<double>(all.size()) / seconds_since(start), plan.size(), all.size());

  start = Clock::now();
  row[0] = 2;
  for (std::size_t first = 0; first < plan.size(); first += kAtOnce) {
    std::vector<RowWork> work;
    std::vector<RowNow> after;
    for (std::size_t i = first; i < std::min(plan.size(), first + kAtOnce); ++i) {
      const RowNow &before = rows[plan[i].index];
      const Digest mapped = journal->row_digest(before.subject, "users", row);
      work.push_back({before.subject, before.now, mapped, {}, {"gender"}});
      after.push_back({before.subject, mapped});
    }
    const auto attempt = journal->begin_attempt({"users", 1, numbered(first)}, work);
    journal->ack(attempt, 1, after);
  }
  std::printf("%-34s %.0f rows a second, 1,000 at once\n", "apply and ack",
              static_cast<double>(plan.size()) / seconds_since(start));

  Evidence evidence;
  evidence.verdict = "no_leak_found";
  for (int i = 0; i < 12; ++i) {
    evidence.scores.push_back(
        {"mlp", "adaptive", "embedding", "gender", {.84, .82, .86}, {.51, .49, .53}});
  }
  times.clear();
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const RequestId id = numbered(n);
    const auto begin = Clock::now();
    journal->advance(id, State::verifying);
    journal->record_evidence({{id}}, evidence);
    journal->advance(id, State::publishing);
    journal->complete(id, {});
    times.push_back(seconds_since(begin));
  }
  quantiles("verify, publish, complete, sign", times);

  const Counts counts = journal->counts();
  std::printf("file %.1f MiB, peak memory %.1f MiB\n",
              static_cast<double>(counts.file_bytes) / 1048576, peak_mib());
  journal.reset();
  start = Clock::now();
  journal = std::make_unique<Journal>(path, master, now);
  std::printf("%-34s %.2f s for %llu entries\n", "open and verify", seconds_since(start),
              static_cast<unsigned long long>(journal->head().seq));
  journal.reset();
  for (const char *tail : {"", "-wal", "-shm", "-owner"}) std::remove((path + tail).c_str());
  return plan.size() == 2 * kRequests ? 0 : 1;
}
