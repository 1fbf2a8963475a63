#include "journal/journal.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "journal/impl.h"
#include "journal/schema.h"

namespace recveil::journal {
namespace {

// Readable by its owner alone; SQLite gives its other files the same mode.
void create_file(const std::string &path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    if (errno == EEXIST) return;
    throw Error(Status::io, path + ": cannot create: " + std::strerror(errno));
  }
  ::close(file);
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && ::fsync(directory) == 0;
  if (directory >= 0) ::close(directory);
  if (!synced) throw Error(Status::io, folder + ": cannot be synced");
}

// A pipe would hold the host up, and SQLite says of a folder what it says of a broken disk.
void check_file(const std::string &path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_regular_file(status) ||
      status.type() == std::filesystem::file_type::not_found) {
    return;
  }
  throw Error(Status::io, path + ": " + (error ? error.message() : "not a regular file"));
}

// The URI of a file that nobody changes; SQLite reads it without a lock and without other files.
std::string immutable_uri(const std::string &path) {
  std::string out = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      out += '%' + hex({reinterpret_cast<const unsigned char *>(&c), 1});
    } else {
      out += c;
    }
  }
  return out + "?immutable=1";
}

}  // namespace

std::string join(const Texts &attributes) {
  std::string out;
  for (const std::string &attribute : attributes) out += attribute + '\n';
  return out;
}

Texts split(std::string_view joined) {
  Texts out;
  while (!joined.empty()) {
    const std::size_t end = joined.find('\n');
    out.emplace_back(joined.substr(0, end));
    if (end == std::string_view::npos) break;
    joined.remove_prefix(end + 1);
  }
  return out;
}

void check_text(std::string_view text, std::size_t least, std::size_t most, const char *what) {
  const bool fits = text.size() >= least && text.size() <= most;
  if (!fits || !is_utf8(text) || text.find('\0') != std::string_view::npos) {
    throw Error(Status::argument, std::string(what) + ": must be UTF-8 of " +
                                      std::to_string(least) + " to " + std::to_string(most) +
                                      " bytes without NUL");
  }
}

Hash hash_of(std::string_view text) noexcept {
  Hash out;
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char *>(text.data()),
                     text.size(), nullptr, 0);
  return out;
}

Journal::Impl::Impl(const std::string &file, const Key &master, Clock host_clock,
                    const Options &wanted_options)
    : path(file),
      keys(master),
      receipt_key(journal::receipt_key(master, wanted_options.receipt_key_version)),
      clock(std::move(host_clock)),
      options(wanted_options),
      process(::getpid()) {
  if (!clock) throw Error(Status::argument, "journal: a clock is needed");
  open();
}

Journal::Impl::~Impl() {
  if (store && process != ::getpid()) {
    store->db().abandon();
    static_cast<void>(store.release());  // its locks and its log are the parent's
  }
}

void Journal::Impl::open() {
  if (options.vfs == nullptr) check_file(path);
  if (options.read_only) {
    open_reader();
    return;
  }
  if (options.vfs == nullptr && options.create) create_file(path);
  owner = std::make_unique<OwnerLock>(path);
  const auto anchor = owner->read(keys.chain);
  store = std::make_unique<Store>(
      path, SQLITE_OPEN_READWRITE | (options.create ? SQLITE_OPEN_CREATE : 0), options.vfs, keys);
  set_pragmas(*store, false);
  const bool empty = schema_of(*store) == 0;
  if (empty && !options.create) store->damaged("it is empty");
  if (!empty) store->load_head();
  check_anchor(anchor);
  if (empty) create_tables(*store, clock());
  if (options.verify_on_open) {
    const VerifyReport report = verify(std::nullopt);
    if (!report.ok) store->damaged(report.what);
  }
  load_wanted();
  owner->write(keys.chain, {store->head().seq, store->head().hash});
}

// SQLite needs the "-shm" file of a journal in write-ahead mode, and cannot make it in a folder
// that this process may not write to. Without a log the file is all there is, and can be read as it
// is.
void Journal::Impl::open_reader() {
  const auto try_open = [&](const std::string &file, int flags) {
    store = std::make_unique<Store>(file, SQLITE_OPEN_READONLY | flags, options.vfs, keys);
    set_pragmas(*store, true);
    if (schema_of(*store) == 0) store->damaged("it is empty");
    store->load_head();
  };
  try {
    try_open(path, 0);
  } catch (const Error &error) {
    const auto folder = std::filesystem::path(path).parent_path();
    const auto may = [](const char *what, int how) {
      return ::faccessat(AT_FDCWD, what, how, AT_EACCESS) == 0;
    };
    if (error.status() != Status::io || !may(path.c_str(), R_OK) ||
        may(folder.empty() ? "." : folder.c_str(), W_OK)) {
      throw;
    }
    std::error_code none;
    if (std::filesystem::file_size(path + "-wal", none) > 0 && !none) {
      throw Error(Status::io, path +
                                  ": the folder cannot be written to, and the journal was not "
                                  "closed: there is a " +
                                  path +
                                  "-wal to be read with it; copy "
                                  "both to a folder that can be written to");
    }
    try_open(immutable_uri(path), SQLITE_OPEN_URI);
  }
}

void Journal::Impl::check_anchor(const std::optional<Anchor> &anchor) {
  if (!anchor) return;
  const Head &head = store->head();
  const auto lost = [&](const std::string &what) {
    throw Error(Status::data, path + ": " + what + " (" + owner->path() +
                                  " has the number of the last entry; remove it only to go on "
                                  "with an older copy on purpose)");
  };
  if (anchor->seq > head.seq) {
    lost("entries " + std::to_string(head.seq + 1) + " to " + std::to_string(anchor->seq) +
         ", which were durable, are missing");
  }
  if (anchor->seq < head.first_seq) return;
  Query query(store->db(), "SELECT hash FROM entry WHERE seq=?", {number(anchor->seq)});
  const auto &hash = anchor->hash;
  if (!query.step() || !std::ranges::equal(query.bytes(0), hash)) {
    lost("entry " + std::to_string(anchor->seq) + " is another one than was written");
  }
}

void Journal::Impl::load_wanted() {
  std::vector<std::uint64_t> tokens;
  Query query(store->db(), "SELECT token FROM standing UNION ALL SELECT token FROM owed");
  while (query.step()) {
    std::uint64_t prefix = 0;
    const auto token = query.bytes(0);
    if (token.size() != 16) store->damaged("a token");
    std::memcpy(&prefix, token.data(), 8);
    tokens.push_back(prefix);
  }
  wanted = UserSet(std::move(tokens));
}

bool Journal::Impl::is_wanted(const Token &token) const noexcept {
  if (options.read_only) return true;
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, token.data(), 8);
  return wanted.contains(prefix);
}

void Journal::Impl::check_process() const {
  if (process != ::getpid()) {
    throw Error(Status::state, path + ": this journal was opened by the parent process");
  }
}

void Journal::Impl::clean_log() {
  const int code = sqlite3_wal_checkpoint_v2(store->db().handle(), nullptr,
                                             SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) {
    store->db().fail(code, "deleted, but the log still has it; call again when no reader is on");
  }
}

ReadTransaction::ReadTransaction(Journal::Impl &impl) : impl_(impl) {
  impl.check_process();
  lock_ = std::unique_lock(impl.mutex);
  if (!impl.options.read_only) return;
  impl.store->db().exec("BEGIN");
  try {
    impl.store->load_head();
  } catch (...) {
    sqlite3_exec(impl.store->db().handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

ReadTransaction::~ReadTransaction() {
  if (impl_.options.read_only) {
    sqlite3_exec(impl_.store->db().handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

namespace {

Store &writable(Journal::Impl &impl, std::unique_lock<std::mutex> &lock) {
  impl.check_process();
  if (impl.options.read_only) throw Error(Status::state, impl.path + ": opened read-only");
  lock = std::unique_lock(impl.mutex);
  return *impl.store;
}

}  // namespace

WriteTransaction::WriteTransaction(Journal::Impl &impl)
    : impl_(impl), now_(impl.clock()), change_(writable(impl, lock_)) {
  impl.store->check_head();
}

void WriteTransaction::commit() {
  impl_.wanted = wanted.empty() ? impl_.wanted : impl_.wanted.with(std::move(wanted));
  const auto start = std::chrono::steady_clock::now();
  change_.commit();
  if (impl_.options.committed) {
    impl_.options.committed(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  impl_.owner->write(impl_.keys.chain, {impl_.store->head().seq, impl_.store->head().hash});
}

Journal::Journal(const std::string &path, const Key &master, Clock clock, const Options &options)
    : impl_(std::make_unique<Impl>(path, master, std::move(clock), options)) {}
Journal::~Journal() = default;

const ReceiptKey &Journal::receipt_key() const noexcept {
  return impl_->receipt_key;
}

Digest Journal::row_digest(const Subject &subject, std::string_view table,
                           std::span<const unsigned char> row) const {
  crypto_generichash_state state;
  const auto &key = impl_->keys.digest.bytes;
  const std::uint64_t length = table.size();
  Digest out;
  crypto_generichash_init(&state, key.data(), key.size(), out.size());
  crypto_generichash_update(&state, subject.data(), subject.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char *>(&length), 8);
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char *>(table.data()),
                            table.size());
  crypto_generichash_update(&state, row.data(), row.size());
  crypto_generichash_final(&state, out.data(), out.size());
  return out;
}

ChainHead Journal::head() const {
  const ReadTransaction transaction(*impl_);
  return {impl_->store->head().seq, impl_->store->head().hash};
}

}  // namespace recveil::journal
