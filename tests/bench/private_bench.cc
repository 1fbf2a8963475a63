// The pass over people that a private model is made from, in ratios of one run:
//   scipy_ratio=   SciPy's sparse X.T @ X of the same people (by process time) to ours: >= 1 wanted
//   memory_ratio=  ours to the memory bandwidth of as many additions of 64 bits, one place after
//   the
//                  other in 1 GiB: <= 1.5 wanted
//   cache_ratio=   the same in memory of the size of the matrix, which caches hold: only printed
// usage: private_bench [PYTHON private_peer.py] [--people N] [--require]
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "defense/private/statistics.h"

namespace {

using namespace recveil::defense;

constexpr std::uint32_t kItems = 2000;

double seconds_now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct People {
  std::vector<std::uint32_t> lengths, items;
  std::vector<std::size_t> offsets{0};
};

// 129 items of the catalogue on average, from 20 to 300, the popular ones more often: item i with
// odds 1 / sqrt(i + 1).
People people_of(std::size_t n) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  People out;
  std::vector<std::uint32_t> seen(kItems);
  for (std::uint32_t u = 1; u <= n; ++u) {
    // A square root keeps the lengths between the ends and their mean at 129.
    const auto wanted = static_cast<std::uint32_t>(20 + 280 * std::pow(uniform(random), 1.57));
    std::uint32_t length = 0;
    while (length < wanted) {
      const double x = uniform(random);
      const auto item = std::min(kItems - 1, static_cast<std::uint32_t>(x * x * kItems));
      if (seen[item] == u) continue;
      seen[item] = u;
      out.items.push_back(item);
      ++length;
    }
    out.lengths.push_back(length);
    out.offsets.push_back(out.items.size());
  }
  return out;
}

double best_of(int repetitions, const std::function<void()> &work) {
  double best = 1e300;
  for (int i = 0; i < repetitions; ++i) {
    const double start = seconds_now();
    work();
    best = std::min(best, seconds_now() - start);
  }
  return best;
}

// SciPy's seconds; 0 where there is no SciPy.
double peer_seconds(const char *python, const char *script, const People &people) {
  const std::string file = "/tmp/private_bench." + std::to_string(getpid());
  {
    std::ofstream out(file, std::ios::binary);
    const auto write = [&](const std::vector<std::uint32_t> &values) {
      out.write(reinterpret_cast<const char *>(values.data()),
                static_cast<std::streamsize>(values.size() * sizeof(values[0])));
    };
    write({static_cast<std::uint32_t>(people.lengths.size()), kItems,
           static_cast<std::uint32_t>(people.items.size())});
    write(people.lengths);
    write(people.items);
  }
  const std::string command = std::string(python) + " " + script + " < " + file;
  double seconds = 0;
  if (FILE *pipe = popen(command.c_str(), "r")) {
    if (fscanf(pipe, "%lf", &seconds) != 1) seconds = 0;
    pclose(pipe);
  }
  std::remove(file.c_str());
  return seconds;
}

}  // namespace

int main(int argc, char **argv) {
  const char *python = nullptr, *script = nullptr;
  std::size_t n = 20000;
  bool require = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--require") == 0) {
      require = true;
    } else if (std::strcmp(argv[i], "--people") == 0 && i + 1 < argc) {
      n = std::strtoul(argv[++i], nullptr, 10);
    } else if (python == nullptr) {
      python = argv[i];
    } else {
      script = argv[i];
    }
  }
  const People people = people_of(n);
  std::vector<std::uint32_t> all(kItems);
  std::iota(all.begin(), all.end(), 0);
  const Catalogue catalogue(all, kItems);
  std::vector<std::int64_t> triangle(triangle_size(kItems));
  const double ours =
      best_of(3, [&] { add_grams(people.offsets, people.items, catalogue, triangle); });
  double additions = 0;
  for (const std::uint32_t h : people.lengths) additions += h * (h + 1.0) / 2;
  // The bounds: as many additions one place after the other, so that nothing is looked up, sorted
  // or jumped to; in memory, of which no cache holds much, and in the triangle, which one does.
  std::vector<std::int64_t> memory(std::size_t{1} << 27);
  const auto seconds_in = [&](std::span<std::int64_t> sums) {
    const double once = best_of(3, [&] {
      for (std::int64_t &sum : sums) {
        sum += 1;
        __asm__ volatile("" : "+m"(sum));  // one by one: what comes next is not known
      }
    });
    return once * additions / static_cast<double>(sums.size());
  };
  const double in_memory = seconds_in(memory), in_cache = seconds_in(triangle);
  std::printf("people=%zu interactions=%zu additions=%.3g\n", n, people.items.size(), additions);
  std::printf("ours=%.2f s, %.2f ns an addition; in memory %.2f ns, in the triangle %.2f ns\n",
              ours, 1e9 * ours / additions, 1e9 * in_memory / additions,
              1e9 * in_cache / additions);
  std::printf("memory_ratio=%.2f\ncache_ratio=%.2f\n", ours / in_memory, ours / in_cache);
  const double scipy = script != nullptr ? peer_seconds(python, script, people) : 0;
  if (scipy > 0) std::printf("scipy_ratio=%.2f (SciPy %.2f s)\n", scipy / ours, scipy);
  if (!require) return 0;
  if (scipy == 0) return 77;
  return ours / in_memory <= 1.5 && scipy / ours >= 1 ? 0 : 1;
}
