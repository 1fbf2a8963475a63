// The pass over people that a private model is made from, in ratios of one run:
//   scipy_ratio=   SciPy's sparse X.T @ X of the same people (by process time) to ours: >= 1 wanted
//   memory_ratio=  our additions to as many independent ones on memory of the same size, in the
//                  same order, with the same loads and stores and no histories: <= 1.5 wanted
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
  std::size_t n = 100000;
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
  const auto row = [&](std::size_t u) {
    return std::span(people.items).subspan(people.offsets[u], people.lengths[u]);
  };
  const double ours = best_of(3, [&] {
    for (std::size_t u = 0; u < n; ++u) add_gram(row(u), catalogue, triangle);
  });
  double additions = 0;
  for (const std::uint32_t h : people.lengths) additions += h * (h + 1.0) / 2;
  // The bound: for every pair one load, one addition and one store, at places that are known
  // beforehand: the same runs of places, again and again, so that nothing is looked up or sorted.
  std::vector<std::vector<std::uint32_t>> runs;
  for (std::size_t u = 0; u < std::min<std::size_t>(n, 512); ++u) {
    runs.push_back(catalogue.places(row(u)));
  }
  const double bound = best_of(3, [&] {
    for (std::size_t u = 0; u < n; ++u) {
      const std::vector<std::uint32_t> &places = runs[u % runs.size()];
      for (std::size_t a = 0; a < places.size(); ++a) {
        std::int64_t *from = triangle.data() + triangle_at(kItems, places[a], 0);
        for (std::size_t b = a; b < places.size(); ++b) from[places[b]] += 1;
      }
    }
  });
  double bound_additions = 0;
  for (std::size_t u = 0; u < n; ++u) {
    const auto h = static_cast<double>(runs[u % runs.size()].size());
    bound_additions += h * (h + 1) / 2;
  }
  const double memory = (ours / additions) / (bound / bound_additions);
  std::printf("people=%zu interactions=%zu additions=%.3g\n", n, people.items.size(), additions);
  std::printf("ours=%.2f s, %.2f ns an addition; the bound %.2f ns\n", ours, 1e9 * ours / additions,
              1e9 * bound / bound_additions);
  std::printf("memory_ratio=%.2f\n", memory);
  const double scipy = script != nullptr ? peer_seconds(python, script, people) : 0;
  if (scipy > 0) std::printf("scipy_ratio=%.2f (SciPy %.2f s)\n", scipy / ours, scipy);
  if (!require) return 0;
  if (scipy == 0) return 77;
  return memory <= 1.5 && scipy / ours >= 1 ? 0 : 1;
}
