// A folder, a key, a clock that stands still, and requests that name persons by small numbers.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "journal/journal.h"

namespace recveil::journal {

// In memory where that is possible: most tests are not about the disk.
class JournalFolder {
 public:
  explicit JournalFolder(const char *root = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") {
    std::string pattern = std::string(root) + "/recveil-journal-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~JournalFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  JournalFolder(const JournalFolder &) = delete;
  JournalFolder &operator=(const JournalFolder &) = delete;
  const std::string &path() const { return path_; }
  std::string file(const char *name = "journal.db") const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline Key scene_master(unsigned char first = 7) {
  Key key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) {
    key.bytes[i] = static_cast<unsigned char>(first + i);
  }
  return key;
}

inline std::uint64_t &scene_now() {
  static std::uint64_t now = 1'700'000'000;
  return now;
}

inline std::unique_ptr<Journal> open_journal(const std::string &path, const Options &options = {}) {
  return std::make_unique<Journal>(
      path, scene_master(), [] { return scene_now(); }, options);
}

inline std::array<unsigned char, 16> numbered(std::uint64_t n, unsigned char tag) {
  std::array<unsigned char, 16> out{};
  out[0] = tag;
  for (std::size_t i = 0; i < 8; ++i) out[15 - i] = static_cast<unsigned char>(n >> (8 * i));
  return out;
}
inline RequestId request_id(std::uint64_t n) {
  return numbered(n, 0xaa);
}
inline Subject person(std::uint64_t n) {
  const std::string raw = "person-" + std::to_string(n);
  static const Key key = subject_key(scene_master());
  return subject_of(key, {reinterpret_cast<const unsigned char *>(raw.data()), raw.size()});
}
inline SnapshotId snapshot(std::uint64_t n) {
  return numbered(n, 0xcc);
}

inline Submission ask(std::uint64_t id, std::uint64_t who,
                      std::vector<std::string> attributes = {"gender"}) {
  Submission out;
  out.id = request_id(id);
  out.subjects = {person(who)};
  out.attributes = std::move(attributes);
  out.kind = out.attributes.empty() ? Kind::erase : Kind::attribute;
  out.regulation = Regulation::gdpr;
  out.policy = "{\"erase\":\"optimal_transport\"}";
  return out;
}

inline Digest digest_of(const Journal &journal, const Subject &subject, const std::string &row) {
  return journal.row_digest(subject, "users",
                            {reinterpret_cast<const unsigned char *>(row.data()), row.size()});
}

inline Evidence some_evidence() {
  Evidence out;
  out.verdict = "no_leak_found";
  out.users = 120;
  out.model_version = 1;
  out.scores.push_back({"logistic_regression",
                        "adaptive",
                        "embedding",
                        "gender",
                        {.84, .82, .86},
                        {.512, .49, .534}});
  return out;
}

// From received to completed: one row, raw -> mapped. Gives the receipt.
inline std::string carry_out(Journal &journal, std::uint64_t id, std::uint64_t who,
                             std::uint64_t version = 1,
                             std::vector<std::string> attributes = {"gender"},
                             std::vector<SealedLabel> labels = {}) {
  const Subject subject = person(who);
  const RequestId request = request_id(id);
  const std::string suffix = " v" + std::to_string(version) + " of " + std::to_string(who);
  const RowWork row{subject,
                    digest_of(journal, subject, "raw" + suffix),
                    digest_of(journal, subject, "mapped" + suffix),
                    {},
                    std::move(attributes)};
  const auto attempt = journal.begin_attempt({"users", version, snapshot(id)}, {{row}}, labels);
  const RowNow now{subject, row.after};
  journal.ack(attempt, version, {{now}});
  journal.advance(request, State::verifying);
  journal.record_evidence({{request}}, some_evidence());
  journal.advance(request, State::publishing);
  return journal.complete(
      request, {"optimal_transport", {{"users", {"norms"}, "rebuilt"}}, {}, {"backups"}, "0.1.0"});
}

template <class Call>
Status status_of(Call call) {
  try {
    call();
    return Status::ok;
  } catch (const Error &error) {
    return error.status();
  }
}

inline State state_of(const Journal &journal, std::uint64_t id) {
  return journal.status(request_id(id)).value().state;
}

}  // namespace recveil::journal
