// Bits flip and ends are torn off: an error, or everything as it was; never something else.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>

#include "support/journal_workload.h"
#include "support/sanitized.h"

namespace recveil::journal {
namespace {

using Bytes = std::string;

Bytes read_all(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_all(const std::string &path, const Bytes &bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

struct Image {
  std::map<std::string, Bytes> files;  // by what follows the name of the journal
  Ledger ledger;
};

// As a kill would leave it: with most in the database, or all in the write-ahead log.
Image make_image(bool in_log) {
  const JournalFolder folder;
  Image image;
  auto journal = open_journal(folder.file());
  run_steps(*journal, image.ledger, [](const Step &) {});
  for (std::uint64_t id = 10; id < 14; ++id) {
    journal->submit(ask(id, id));
    image.ledger.returned[id] = State::received;
  }
  if (!in_log) journal.reset();  // moves the log into the database
  for (const char *tail : {"", "-wal", "-owner"}) {
    image.files[tail] = read_all(folder.file() + tail);
  }
  return image;
}

enum class Found { unharmed, error, wrong };

Found open_damaged(const Image &image, const std::string &tail, const Bytes &damaged,
                   std::string &what) {
  const JournalFolder folder;
  for (const auto &[name, bytes] : image.files) {
    write_all(folder.file() + name, name == tail ? damaged : bytes);
  }
  try {
    Options options;
    const auto journal = open_journal(folder.file(), options);
    const Verdict verdict = judge(*journal, image.ledger);
    what = verdict.what;
    return verdict.good() ? Found::unharmed : Found::wrong;
  } catch (const Error &error) {
    what = error.what();
    const bool named = error.status() == Status::data || error.status() == Status::version ||
                       error.status() == Status::io;
    return named && what.find(folder.path()) != std::string::npos ? Found::error : Found::wrong;
  }
}

class JournalDamage : public ::testing::TestWithParam<bool> {};

TEST_P(JournalDamage, FlippedBitsAreFoundOrHarmless) {
  const Image image = make_image(GetParam());
  std::mt19937_64 random(99);
  for (const auto &[tail, bytes] : image.files) {
    if (bytes.empty()) continue;
    int counts[3] = {};
    const int rounds = (tail == "-owner" ? 100 : 300) / static_cast<int>(kStride);
    for (int i = 0; i < rounds; ++i) {
      Bytes damaged = bytes;
      const std::size_t at = random() % bytes.size();
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
      std::string what;
      const Found found = open_damaged(image, tail, damaged, what);
      ++counts[static_cast<int>(found)];
      EXPECT_NE(found, Found::wrong) << "journal" << tail << " byte " << at << ": " << what;
    }
    std::printf("journal%s, %d flips: %d harmless, %d refused, %d wrong\n", tail.c_str(), rounds,
                counts[0], counts[1], counts[2]);
  }
}

TEST_P(JournalDamage, TornEndsAreFoundOrHarmless) {
  const Image image = make_image(GetParam());
  for (const auto &[tail, bytes] : image.files) {
    if (bytes.empty()) continue;
    int counts[3] = {};
    const std::size_t steps = 40;
    for (std::size_t i = 0; i < steps; ++i) {
      std::string what;
      const Found found =
          open_damaged(image, tail, bytes.substr(0, bytes.size() * i / steps), what);
      ++counts[static_cast<int>(found)];
      EXPECT_NE(found, Found::wrong) << "journal" << tail << ": " << what;
    }
    std::printf("journal%s, %zu torn: %d harmless, %d refused, %d wrong\n", tail.c_str(), steps,
                counts[0], counts[1], counts[2]);
  }
}

INSTANTIATE_TEST_SUITE_P(Where, JournalDamage, ::testing::Bool(),
                         [](const auto &where) { return where.param ? "in_log" : "in_database"; });

}  // namespace
}  // namespace recveil::journal
