// Runs a fuzz target without libFuzzer: once on every file of a corpus folder, then on seeded
// mutations of them. Usage: TARGET CORPUS MUTATIONS SEED. A target fails by an exception, whose
// input it names and keeps as TARGET.fault, or by a signal.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> read_corpus(const std::string &folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());  // so that a seed means the same on every file system
  std::vector<Bytes> corpus;
  for (const auto &path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// One small change: a byte, a bit, a piece gone, a piece twice, a piece of another input.
void mutate(Bytes &bytes, const std::vector<Bytes> &corpus, recveil::Rng &rng) {
  static constexpr char kTelling[] = "0123456789,:;\t\n\r\"?&=%.-+eEnaif \xEF\xBB\xBF\x7F\xFF";
  const auto telling = [&] {
    return static_cast<std::uint8_t>(kTelling[rng.below(sizeof kTelling)]);
  };
  const auto place = [&](std::size_t size) {
    return static_cast<std::ptrdiff_t>(rng.below(size + 1));
  };
  const auto piece = [&](const Bytes &from) {
    const auto a = place(from.size()), b = place(from.size());
    return Bytes(from.begin() + std::min(a, b), from.begin() + std::max(a, b));
  };
  switch (rng.below(bytes.empty() ? 2 : 6)) {
    case 0: {
      bytes.insert(bytes.begin() + place(bytes.size()), telling());
      break;
    }
    case 1: {
      const Bytes other = piece(corpus[rng.below(corpus.size())]);
      bytes.insert(bytes.begin() + place(bytes.size()), other.begin(), other.end());
      break;
    }
    case 2: {
      bytes[rng.below(bytes.size())] = telling();
      break;
    }
    case 3: {
      bytes[rng.below(bytes.size())] ^= static_cast<std::uint8_t>(1u << rng.below(8));
      break;
    }
    case 4: {
      const auto a = place(bytes.size());
      const auto b = std::min(a + place(16), static_cast<std::ptrdiff_t>(bytes.size()));
      bytes.erase(bytes.begin() + a, bytes.begin() + b);
      break;
    }
    default: {
      const Bytes twice = piece(bytes);
      bytes.insert(bytes.begin() + place(bytes.size()), twice.begin(), twice.end());
    }
  }
}

bool run(const char *target, const Bytes &input, const std::string &name) {
  try {
    LLVMFuzzerTestOneInput(input.data(), input.size());
    return true;
  } catch (const std::exception &error) {
    const std::string kept = std::string(target) + ".fault";
    std::ofstream(kept, std::ios::binary)
        .write(reinterpret_cast<const char *>(input.data()),
               static_cast<std::streamsize>(input.size()));
    std::fprintf(stderr, "%s (%s): %s\n", name.c_str(), kept.c_str(), error.what());
    return false;
  }
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s CORPUS MUTATIONS SEED\n", argv[0]);
    return 2;
  }
  const std::vector<Bytes> corpus = read_corpus(argv[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: the corpus %s is empty\n", argv[0], argv[1]);
    return 2;
  }
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    if (!run(argv[0], corpus[i], "file " + std::to_string(i) + " of the corpus, by name")) return 1;
  }
  const std::uint64_t mutations = std::stoull(argv[2]), seed = std::stoull(argv[3]);
  for (std::uint64_t i = 0; i < mutations; ++i) {
    recveil::Rng rng(seed, i);
    Bytes input = corpus[rng.below(corpus.size())];
    for (std::uint64_t left = 1 + rng.below(4); left > 0; --left) mutate(input, corpus, rng);
    if (!run(argv[0], input, "mutation " + std::to_string(i))) return 1;
  }
  std::printf("%zu inputs of the corpus and %s mutations: no fault\n", corpus.size(), argv[2]);
  return 0;
}
