#include "support/crash_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace recveil {
namespace {

constexpr std::size_t kSector = 512;
using Bytes = std::vector<unsigned char>;

struct Change {
  std::size_t offset;
  Bytes bytes;
  bool truncate;  // to offset
};

struct FileData {
  Bytes durable, current;
  bool linked = false;  // its name would survive a crash
  std::vector<Change> pending;
  std::vector<Bytes> shared;  // of the write-ahead log's index
};

void write_to(Bytes &bytes, const Change &change) {
  if (change.truncate) {
    bytes.resize(change.offset);
    return;
  }
  bytes.resize(std::max(bytes.size(), change.offset + change.bytes.size()));
  std::copy(change.bytes.begin(), change.bytes.end(),
            bytes.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

struct Disk {
  std::map<std::string, std::shared_ptr<FileData>> files;
  std::map<std::string, std::shared_ptr<FileData>> unlinked;  // deleted, not yet for good
  std::uint64_t operations = 0;
  bool crashed = false;
};
Disk disk;

struct OpenFile {
  sqlite3_file base;
  std::shared_ptr<FileData> *data;
};
FileData &data_of(sqlite3_file *file) {
  return **reinterpret_cast<OpenFile *>(file)->data;
}

// 0 to go on, else what the operation answers.
int next_operation(bool write) {
  CrashVfs &vfs = CrashVfs::instance();
  if (disk.crashed) return SQLITE_IOERR;
  ++disk.operations;
  if (vfs.crash_at != 0 && disk.operations >= vfs.crash_at) {
    disk.crashed = true;
    return SQLITE_IOERR;
  }
  if (write && vfs.fail_at != 0 && disk.operations >= vfs.fail_at &&
      disk.operations < vfs.fail_at + vfs.fail_for) {
    return SQLITE_FULL;
  }
  return 0;
}

int close_file(sqlite3_file *file) {
  delete reinterpret_cast<OpenFile *>(file)->data;
  return SQLITE_OK;
}

int read_file(sqlite3_file *file, void *out, int amount, sqlite3_int64 offset) {
  const Bytes &bytes = data_of(file).current;
  const auto at = std::min(static_cast<std::size_t>(offset), bytes.size());
  const auto wanted = static_cast<std::size_t>(amount);
  const auto n = std::min(wanted, bytes.size() - at);
  if (n > 0) std::memcpy(out, bytes.data() + at, n);
  if (n == wanted) return SQLITE_OK;
  std::memset(static_cast<char *>(out) + n, 0, wanted - n);
  return SQLITE_IOERR_SHORT_READ;
}

int issue(sqlite3_file *file, Change change) {
  const bool was_crashed = disk.crashed;
  const int answer = next_operation(true);
  if (answer == SQLITE_FULL || was_crashed) return answer;
  FileData &data = data_of(file);
  write_to(data.current, change);
  data.pending.push_back(std::move(change));
  return answer;
}

int write_file(sqlite3_file *file, const void *in, int amount, sqlite3_int64 offset) {
  const auto *bytes = static_cast<const unsigned char *>(in);
  return issue(file, {static_cast<std::size_t>(offset), Bytes(bytes, bytes + amount), false});
}

int truncate_file(sqlite3_file *file, sqlite3_int64 size) {
  return issue(file, {static_cast<std::size_t>(size), {}, true});
}

int sync_file(sqlite3_file *file, int) {
  if (const int answer = next_operation(false); answer != 0) return answer;
  FileData &data = data_of(file);
  data.durable = data.current;
  if (!data.linked) {  // SQLite's own file system syncs the folder of a new file too
    data.linked = true;
    disk.unlinked.clear();
  }
  data.pending.clear();
  return SQLITE_OK;
}

int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  *size = static_cast<sqlite3_int64>(data_of(file).current.size());
  return SQLITE_OK;
}
int lock_file(sqlite3_file *, int) {
  return SQLITE_OK;
}
int check_reserved(sqlite3_file *, int *out) {
  *out = 0;
  return SQLITE_OK;
}
int control(sqlite3_file *, int, void *) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file *) {
  return static_cast<int>(kSector);
}
int characteristics(sqlite3_file *) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out) {
  auto &shared = data_of(file).shared;
  const auto index = static_cast<std::size_t>(region);
  if (index >= shared.size()) {
    *out = nullptr;
    if (extend == 0) return SQLITE_OK;
    shared.resize(index + 1);
  }
  if (shared[index].empty()) shared[index].resize(static_cast<std::size_t>(size));
  *out = shared[index].data();
  return SQLITE_OK;
}
int shm_lock(sqlite3_file *, int, int, int) {
  return SQLITE_OK;
}
void shm_barrier(sqlite3_file *) {}
int shm_unmap(sqlite3_file *file, int) {
  data_of(file).shared.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods methods = {
    2,         close_file,  read_file,      write_file, truncate_file, sync_file,       file_size,
    lock_file, lock_file,   check_reserved, control,    sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,      nullptr,    nullptr};

int open_file(sqlite3_vfs *, const char *name, sqlite3_file *file, int flags, int *out_flags) {
  file->pMethods = nullptr;
  const std::string key = name != nullptr ? name : "";
  auto found = disk.files.find(key);
  if (found == disk.files.end()) {
    if ((flags & SQLITE_OPEN_CREATE) == 0 || disk.crashed) return SQLITE_CANTOPEN;
    found = disk.files.emplace(key, std::make_shared<FileData>()).first;
  }
  reinterpret_cast<OpenFile *>(file)->data = new std::shared_ptr<FileData>(found->second);
  file->pMethods = &methods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs *, const char *name, int sync_folder) {
  if (const int answer = next_operation(false); answer != 0) return answer;
  const auto found = disk.files.find(name);
  if (found == disk.files.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (sync_folder == 0) disk.unlinked[name] = found->second;
  disk.files.erase(found);
  return SQLITE_OK;
}

int access_file(sqlite3_vfs *, const char *name, int, int *out) {
  *out = disk.files.count(name) != 0;
  return SQLITE_OK;
}
int full_path(sqlite3_vfs *, const char *name, int size, char *out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}
int randomness(sqlite3_vfs *, int size, char *out) {
  static std::mt19937_64 random(11);
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(random());
  return size;
}
int sleep_for(sqlite3_vfs *, int microseconds) {
  return microseconds;
}
int current_time(sqlite3_vfs *, sqlite3_int64 *out) {
  *out = 212'000'000'000'000;
  return SQLITE_OK;
}

}  // namespace

CrashVfs &CrashVfs::instance() {
  static CrashVfs vfs;
  static sqlite3_vfs raw = [] {
    sqlite3_vfs out{};
    out.iVersion = 2;
    out.szOsFile = sizeof(OpenFile);
    out.mxPathname = 512;
    out.zName = kName;
    out.xOpen = open_file;
    out.xDelete = delete_file;
    out.xAccess = access_file;
    out.xFullPathname = full_path;
    out.xRandomness = randomness;
    out.xSleep = sleep_for;
    out.xCurrentTimeInt64 = current_time;
    return out;
  }();
  static const bool registered = sqlite3_vfs_register(&raw, 0) == SQLITE_OK;
  if (!registered) std::terminate();
  return vfs;
}

void CrashVfs::format() {
  disk = Disk{};
  crash_at = fail_at = fail_for = 0;
}

bool CrashVfs::crashed() const {
  return disk.crashed;
}
std::uint64_t CrashVfs::operations() const {
  return disk.operations;
}

void CrashVfs::restart(Unsynced unsynced, std::mt19937_64 &random) {
  const auto coin = [&] { return (random() & 1) != 0; };
  // A deletion whose folder was not synced may not have happened.
  for (auto &[name, data] : disk.unlinked) {
    const bool back = unsynced == Unsynced::lost || (unsynced == Unsynced::torn && coin());
    if (back && data->linked) disk.files.emplace(name, data);
  }
  for (auto it = disk.files.begin(); it != disk.files.end();) {
    FileData &data = *it->second;
    const bool there =
        data.linked || unsynced == Unsynced::kept || (unsynced == Unsynced::torn && coin());
    if (!there) {
      it = disk.files.erase(it);
      continue;
    }
    if (unsynced != Unsynced::kept) data.current = data.durable;
    if (unsynced == Unsynced::torn) {
      for (const Change &change : data.pending) {
        if (change.truncate) {
          if (coin()) write_to(data.current, change);
          continue;
        }
        for (std::size_t at = 0; at < change.bytes.size();) {
          // Sectors of the disk, not of the write.
          const std::size_t end = std::min(
              change.bytes.size(), ((change.offset + at) / kSector + 1) * kSector - change.offset);
          if (coin()) {
            write_to(data.current, {change.offset + at,
                                    Bytes(change.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                          change.bytes.begin() + static_cast<std::ptrdiff_t>(end)),
                                    false});
          }
          at = end;
        }
      }
    }
    data.durable = data.current;
    data.linked = true;
    data.pending.clear();
    data.shared.clear();
    ++it;
  }
  disk.unlinked.clear();
  disk.crashed = false;
  disk.operations = 0;
  crash_at = fail_at = fail_for = 0;
}

}  // namespace recveil
