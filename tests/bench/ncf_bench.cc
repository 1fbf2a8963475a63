// Training of NCF against PyTorch's with fused Adam: one epoch from the same start in the same
// order, the two in turns, CPU seconds of one thread. Prints the time of a step of each, the ratios
// and the mean losses; with --require exits with 1 unless the losses agree within 5e-4 of them and
// the best kernels are 5 times as fast (AVX2: 4 times). Not part of CI: it needs PyTorch; 77
// without it.
//
// usage: ncf_bench PYTHON ncf_peer.py SPEC [--require]
//   SPEC: a data set (`recveil data --help`), or small: the case of the unit test, two epochs
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "data/load.h"
#include "support/data_folder.h"
#include "support/ncf_case.h"

namespace recveil {
namespace {

using recommend::NcfKernels;
using recommend::NcfTrainer;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Tally {
  std::string name;
  double seconds = 0, loss = 0;
};

class Peer {
 public:
  Peer(const char *python, const char *script, const std::string &folder,
       const support::NcfCase &training) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) return;
    const std::string users = std::to_string(training.start.users.rows);
    const std::string items = std::to_string(training.start.items.rows);
    const std::string batch = std::to_string(training.options.batch);
    const std::string rate = std::to_string(training.options.learning_rate);
    child_ = fork();
    if (child_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
      execlp(python, python, script, folder.c_str(), users.c_str(), items.c_str(), batch.c_str(),
             rate.c_str(), nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    in_ = fdopen(from[0], "r");
    out_ = fdopen(to[1], "w");
    char line[200];
    if (std::fgets(line, sizeof(line), in_) != nullptr) name_.assign(line, std::strlen(line) - 1);
  }
  ~Peer() {
    if (out_ != nullptr) std::fclose(out_);
    if (in_ != nullptr) std::fclose(in_);
    if (child_ > 0) waitpid(child_, nullptr, 0);
  }
  Peer(const Peer &) = delete;
  Peer &operator=(const Peer &) = delete;

  const std::string &name() const { return name_; }  // empty: there is none

  bool train(std::size_t n_samples, Tally &tally) {
    double seconds = 0, loss = 0;
    std::fprintf(out_, "%zu\n", n_samples);
    std::fflush(out_);
    if (std::fscanf(in_, "%lf %lf", &seconds, &loss) != 2) return false;
    tally.seconds += seconds;
    tally.loss += loss;
    return true;
  }

 private:
  pid_t child_ = -1;
  std::FILE *in_ = nullptr, *out_ = nullptr;
  std::string name_;
};

template <class T>
void write(const std::string &path, const std::vector<T> &values) {
  std::FILE *file = std::fopen(path.c_str(), "wb");
  if (file == nullptr ||
      std::fwrite(values.data(), sizeof(T), values.size(), file) != values.size()) {
    throw std::runtime_error("cannot write " + path);
  }
  std::fclose(file);
}

// The cost of serving somebody by what was trained, for histories of 50 items.
void print_serving(const recommend::NcfParameters &parameters) {
  const std::size_t n_items = parameters.items.rows;
  const recommend::NcfModel model(parameters, std::vector<std::uint8_t>(n_items, 1), {});
  constexpr int kPeople = 500;
  Rng rng(1);
  std::vector<float> row(recommend::kNcfFactors), scores(n_items);
  double folding = 0, scoring = 0;
  for (int person = 0; person < kPeople; ++person) {
    std::vector<std::uint32_t> history;
    while (history.size() < 50) history.push_back(static_cast<std::uint32_t>(rng.below(n_items)));
    const double start = cpu_seconds();
    model.fold_in(history, row);
    const double folded = cpu_seconds();
    model.score_row(row, scores);
    folding += folded - start;
    scoring += cpu_seconds() - folded;
  }
  std::printf("  folding in 50 items: %.3f ms a person; scoring %zu items: %.3f ms\n",
              1e3 * folding / kPeople, n_items, 1e3 * scoring / kPeople);
}

// Returns the exit code.
int compare(const support::NcfCase &training, const char *python, const char *script,
            unsigned epochs, bool require) {
  const support::TempFolder folder;
  write(folder / "users", training.start.users.data);
  write(folder / "items", training.start.items.data);
  write(folder / "layers", training.start.layers);
  write(folder / "samples", training.samples);
  Peer peer(python, script, folder.path(), training);
  if (peer.name().empty()) return 77;

  std::vector<Tally> ours;
  std::vector<std::unique_ptr<NcfTrainer>> kept;
  for (const InstructionSet set :
       {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    const NcfKernels *kernels = recommend::ncf_kernels(set);
    if (kernels == nullptr) continue;
    kept.push_back(std::make_unique<NcfTrainer>(training.start, training.options, *kernels));
    ours.push_back({kernels->name});
  }
  const std::size_t n = training.samples.size(), batch = training.options.batch;
  const std::size_t round = (n / 20 / batch + 1) * batch;
  bool good = true;
  for (unsigned epoch = 1; epoch <= epochs; ++epoch) {
    Tally theirs{peer.name()};
    for (Tally &tally : ours) tally.seconds = tally.loss = 0;
    for (std::size_t begin = 0; begin < n; begin += round) {
      const std::size_t size = std::min(round, n - begin);
      for (std::size_t k = 0; k < kept.size(); ++k) {
        const double start = cpu_seconds();
        const double loss = kept[k]->pass({training.samples.data() + begin, size});
        ours[k].seconds += cpu_seconds() - start;
        ours[k].loss += loss * static_cast<double>(size);
      }
      if (!peer.train(size, theirs)) return 77;
    }
    const double steps = static_cast<double>((n + batch - 1) / batch);
    const double their_loss = theirs.loss / static_cast<double>(n);
    std::printf("epoch %u: %zu people, %zu items, %zu samples, deviation %g\n", epoch,
                training.start.users.rows, training.start.items.rows, n,
                training.options.deviation);
    std::printf("  %-32s %.4f ms a step, loss %.7f\n", theirs.name.c_str(),
                1e3 * theirs.seconds / steps, their_loss);
    for (const Tally &tally : ours) {
      const double ratio = theirs.seconds / tally.seconds;
      const double off = tally.loss / static_cast<double>(n) / their_loss - 1;
      std::printf("  %-32s %.4f ms a step, loss %.7f (%+.1e), %.1f times as fast\n",
                  tally.name.c_str(), 1e3 * tally.seconds / steps,
                  tally.loss / static_cast<double>(n), off, ratio);
      if (epoch == 1) good = good && std::fabs(off) <= 5e-4;
      if (tally.name == "avx512") good = good && ratio >= 5;
      if (tally.name == "avx2") good = good && ratio >= 4;
    }
    std::fflush(stdout);
  }
  print_serving(kept.back()->parameters());
  return require && !good ? 1 : 0;
}

}  // namespace
}  // namespace recveil

int main(int argc, char **argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s PYTHON ncf_peer.py SPEC [--require]\n", argv[0]);
    return 2;
  }
  const bool require = argc > 4 && std::strcmp(argv[4], "--require") == 0;
  using namespace recveil;
  try {
    if (std::strcmp(argv[3], "small") == 0) {
      for (const double deviation : {.01, 1.0}) {
        const int code = compare(support::small_ncf_case(deviation), argv[1], argv[2], 2, false);
        if (code != 0) return code;
      }
      return 0;
    }
    const data::Dataset dataset = data::load(argv[3]);
    return compare(support::ncf_case(dataset.interactions, .01), argv[1], argv[2], 1, require);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "ncf_bench: %s\n", error.what());
    return 2;
  }
}
