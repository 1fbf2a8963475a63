#include "journal/ledger.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "core/bytes.h"
#include "core/error.h"
#include "core/hypotenuse.h"
#include "journal/sqlite.h"

namespace recveil::journal {
namespace {

constexpr std::int64_t kApplicationId = 0x5256504c;  // "RVPL"
constexpr std::int64_t kVersion = 1;
enum Part : std::uint8_t { kCounts = 1, kGram = 2, kOnly = 3 };

Key subkey(const Key &master, std::uint64_t number) {
  Key out;
  crypto_kdf_derive_from_key(out.bytes.data(), out.bytes.size(), number, "rveilprv",
                             master.bytes.data());
  return out;
}

std::string named(std::uint64_t release) {
  return "release " + std::to_string(release);
}

}  // namespace

// The file while a call lasts, inside one transaction.
class Ledger::File {
 public:
  File(const Ledger &ledger, bool create)
      : ledger_(ledger), db_(ledger.path_, SQLITE_OPEN_READWRITE, nullptr) {
    sqlite3_busy_timeout(db_.handle(), 2000);
    // EXTRA: the folder is synced too when the rollback journal goes.
    db_.exec(
        "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
        "PRAGMA mmap_size=0; PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA");
    transaction_.emplace(db_);
    if (number("SELECT count(*) FROM sqlite_schema") == 0) {
      if (!create) return;  // a crash before the first entry
      db_.exec(("CREATE TABLE entry(seq INTEGER PRIMARY KEY, release INTEGER, part INTEGER,"
                " mu INTEGER, digest BLOB, at INTEGER, mac BLOB NOT NULL);"
                "PRAGMA application_id=" +
                std::to_string(kApplicationId) +
                "; PRAGMA user_version=" + std::to_string(kVersion))
                   .c_str());
    }
    if (number("PRAGMA application_id") != kApplicationId) {
      throw Error(Status::data, ledger.path_ + ": not a ledger of private releases");
    }
    if (const auto version = number("PRAGMA user_version"); version != kVersion) {
      throw Error(Status::version,
                  ledger.path_ + ": a ledger of version " + std::to_string(version) +
                      ", and this library reads version " + std::to_string(kVersion) +
                      " alone; go on with the library that wrote it");
    }
    load();
  }

  const std::vector<LedgerRelease> &releases() const noexcept { return releases_; }
  const std::vector<Digest> &macs() const noexcept { return macs_; }  // of the entries

  void append(Part part, std::uint64_t release, double mu, const Digest &digest,
              std::uint64_t now) {
    last_ = mac_of(++n_entries_, release, part, std::bit_cast<std::uint64_t>(mu), digest, now);
    Query query(
        db_, "INSERT INTO entry VALUES(?,?,?,?,?,?,?)",
        {number_of(n_entries_), number_of(release), number_of(part),
         number_of(std::bit_cast<std::uint64_t>(mu)), blob(digest), number_of(now), blob(last_)});
    query.step();
  }
  void commit() { transaction_->commit(); }

 private:
  static Value number_of(std::uint64_t value) { return journal::number(value); }

  std::int64_t number(const char *sql) {
    Query query(db_, sql);
    return query.step() ? query.integer(0) : 0;
  }

  Digest mac_of(std::uint64_t seq, std::uint64_t release, std::uint64_t part, std::uint64_t mu,
                const Digest &digest, std::uint64_t at) const {
    ByteWriter bytes;
    bytes.value(last_);
    for (const std::uint64_t value : {seq, release, part, mu, at}) bytes.value(value);
    bytes.value(digest);
    return digest_of(bytes.bytes, &ledger_.chain_key_);
  }

  void load() {
    Query query(db_, "SELECT seq, release, part, mu, digest, at, mac FROM entry ORDER BY seq");
    while (query.step()) {
      const auto field = [&](int column) {
        return static_cast<std::uint64_t>(query.integer(column));
      };
      Digest digest{}, mac{};
      if (query.bytes(4).size() != digest.size() || query.bytes(6).size() != mac.size()) damaged();
      std::memcpy(digest.data(), query.bytes(4).data(), digest.size());
      std::memcpy(mac.data(), query.bytes(6).data(), mac.size());
      const std::uint64_t release = field(1), part = field(2), at = field(5);
      if (field(0) != ++n_entries_ ||
          mac != mac_of(n_entries_, release, part, field(3), digest, at))
        damaged();
      last_ = mac;
      macs_.push_back(mac);
      if (part == kCounts) {
        if (release != releases_.size() + 1) damaged();
        releases_.push_back({release, std::bit_cast<double>(field(3)), digest, {}, at});
      } else {
        if (release < 1 || release > releases_.size()) damaged();
        if (part == kOnly) {
          releases_[release - 1].last = true;
        } else {
          releases_[release - 1].gram = digest;
        }
      }
    }
  }

  [[noreturn]] void damaged() const {
    throw Error(Status::data,
                ledger_.path_ + ": entry " + std::to_string(n_entries_) +
                    " is damaged, was changed by somebody else, or was written with another key");
  }

  const Ledger &ledger_;
  Database db_;
  std::optional<SqlTransaction> transaction_;
  std::vector<LedgerRelease> releases_;
  std::vector<Digest> macs_;
  std::uint64_t n_entries_ = 0;
  Digest last_{};
};

Ledger::Ledger(std::string path, const Key &master)
    : path_(std::move(path)), chain_key_(subkey(master, 1)), digest_key_(subkey(master, 2)) {}

std::vector<LedgerRelease> Ledger::releases() const {
  if (::access(path_.c_str(), F_OK) != 0 && errno == ENOENT) return {};
  return File(*this, false).releases();
}

LedgerMark Ledger::mark() const {
  if (::access(path_.c_str(), F_OK) != 0 && errno == ENOENT) return {};
  const File file(*this, false);
  if (file.macs().empty()) return {};
  return {file.macs().size(), file.macs().back()};
}

void Ledger::need(const LedgerMark &mark) const {
  if (mark.n_entries == 0) return;
  const bool there = ::access(path_.c_str(), F_OK) == 0;
  if (there) {
    const File file(*this, false);
    if (file.macs().size() >= mark.n_entries && file.macs()[mark.n_entries - 1] == mark.mac) return;
  }
  throw Error(Status::data,
              path_ + (there ? ": is an old copy or another ledger" : ": is missing") +
                  ": the state_dir remembers " + std::to_string(mark.n_entries) +
                  " entries. Put the newest copy back; what it forgot was spent all the same");
}

void Ledger::book(std::uint64_t number, double mu, const Digest &counts, double budget,
                  std::uint64_t now, bool only) const {
  if (number == 1) {
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);  // whatever else is wrong the database says
  } else if (::access(path_.c_str(), F_OK) != 0 && errno == ENOENT) {
    throw Error(Status::argument, named(number) + ": there is no ledger " + path_ +
                                      "; put it back, or, if nothing was ever released, begin "
                                      "with release 1");
  }
  File file(*this, number == 1);
  const std::size_t booked = file.releases().size();
  if (number >= 1 && number <= booked) {
    const LedgerRelease &there = file.releases()[number - 1];
    if (there.counts != counts) {
      throw Error(Status::argument, named(number) +
                                        ": was booked for other statistics; one number "
                                        "is for one data set, the next one is " +
                                        std::to_string(booked + 1));
    }
    if (there.mu != mu) {
      throw Error(Status::argument, named(number) +
                                        ": was booked with another mu; the next one is " +
                                        std::to_string(booked + 1));
    }
    return;
  }
  if (number != booked + 1) {
    throw Error(Status::argument,
                named(number) + ": out of turn; the next one is " + std::to_string(booked + 1));
  }
  if (booked > 0 && (only || file.releases().back().last)) {
    throw Error(Status::state, named(number) +
                                   ": the one release that private.train_once promised is made: "
                                   "no other one may follow on these people");
  }
  const double before = spent(file.releases()), after = hypotenuse(before, mu);
  if (after > budget * (1 + 1e-12)) {
    throw Error(Status::state, named(number) + ": over budget: mu " + std::to_string(after) +
                                   " of all releases together, " + std::to_string(budget) +
                                   " was promised");
  }
  file.append(kCounts, number, mu, counts, now);
  if (only) file.append(kOnly, number, 0, {}, now);
  file.commit();
}

void Ledger::book_gram(std::uint64_t number, const Digest &gram, std::uint64_t now) const {
  const bool there = ::access(path_.c_str(), F_OK) == 0;
  std::optional<File> file;
  if (there) file.emplace(*this, false);
  if (!there || number < 1 || number > file->releases().size()) {
    throw Error(Status::argument, named(number) +
                                      ": is not in the ledger; choose its catalogue "
                                      "first (recveil_private_catalogue)");
  }
  const LedgerRelease &release = file->releases()[number - 1];
  if (release.gram && *release.gram != gram) {
    throw Error(Status::argument, named(number) +
                                      ": was booked for other statistics; one number "
                                      "is for one data set");
  }
  if (release.gram) return;
  file->append(kGram, number, 0, gram, now);
  file->commit();
}

double spent(const std::vector<LedgerRelease> &releases) noexcept {
  double sum = 0;
  for (const LedgerRelease &release : releases) sum += release.mu * release.mu;
  return std::sqrt(sum);
}

}  // namespace recveil::journal
