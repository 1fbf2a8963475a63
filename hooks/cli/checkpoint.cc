#include "checkpoint.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "core/error.h"
#include "core/read_file.h"
#include "data/whole_file.h"
#include "text/json.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

std::string part_of(const std::string &path) {
  return path + ".part";
}
std::string checkpoint_of(const std::string &path) {
  return path + ".checkpoint";
}

[[noreturn]] void fail(const std::string &path, const std::string &what) {
  throw Error(Status::io, path + ": " + what);
}

// How far the job got whose checkpoint this is.
Progressed read_checkpoint(const std::string &name, const Json &job) {
  const std::string bytes = read_file(name, std::size_t{1} << 20);
  try {
    const Json found = text::parse_json(bytes, name);
    if (found.at("job") == job) {
      return {found.at("rows").get<std::uint64_t>(), found.at("bytes").get<std::uint64_t>()};
    }
  } catch (const std::exception &) {
    fail(name, "is damaged; start anew with --restart");
  }
  fail(name, "is of other inputs or options; give them again, or start anew with --restart");
}

}  // namespace

Json identity_of(const std::string &path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    fail(path, "cannot be read: " + std::generic_category().message(errno));
  }
  return {{"path", std::filesystem::absolute(path).lexically_normal().string()},
          {"bytes", info.st_size},
          {"changed_ns", info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec}};
}

ResumableFile::ResumableFile(const std::string &path, Json job, bool restart)
    : path_(path), job_(std::move(job)) {
  part_ = std::make_unique<data::PlainFile>(part_of(path), data::PlainFile::Mode::write);
  if (::flock(part_->descriptor(), LOCK_EX | LOCK_NB) != 0) {
    fail(part_of(path), "is being written by another process");
  }
  const std::string name = checkpoint_of(path);
  if (std::filesystem::exists(name) && !restart) {
    resumed_ = read_checkpoint(name, job_);
    if (data::file_size(part_->descriptor(), part_->path()) < resumed_.bytes) {
      fail(part_of(path), "is shorter than its checkpoint says; start anew with --restart");
    }
  }
  part_->cut(resumed_.bytes);
  done_ = resumed_;
  keeper_ = std::thread([this] { keep_checkpoints(); });
}

ResumableFile::~ResumableFile() {
  stop_keeper();
  if (committed_) return;
  if (discard_ || done_.rows == 0) {
    static_cast<void>(std::remove(part_of(path_).c_str()));
    static_cast<void>(std::remove(checkpoint_of(path_).c_str()));
    return;
  }
  try {
    checkpoint(done_);
  } catch (...) {  // the last one that could be written holds
  }
}

void ResumableFile::stop_keeper() {
  {
    const std::lock_guard lock(lock_);
    stop_ = true;
  }
  wake_.notify_all();
  if (keeper_.joinable()) keeper_.join();
}

void ResumableFile::keep_checkpoints() {
  std::unique_lock lock(lock_);
  std::uint64_t written = resumed_.rows;
  try {
    for (auto pause = kFirstCheckpoint; !wake_.wait_for(lock, pause, [this] { return stop_; });
         pause = kNextCheckpoint) {
      const Progressed done = done_;
      if (done.rows == written) continue;
      lock.unlock();
      checkpoint(done);
      lock.lock();
      written = done.rows;
    }
  } catch (...) {
    if (!lock.owns_lock()) lock.lock();
    error_ = std::current_exception();
  }
}

void ResumableFile::checkpoint(Progressed done) {
  part_->sync();  // what counts is on the disk before it counts
  data::WholeFile file(checkpoint_of(path_));
  file.write(Json{{"job", job_}, {"rows", done.rows}, {"bytes", done.bytes}}.dump());
  file.write("\n");
  file.commit();
}

void ResumableFile::append(std::span<const char> bytes, std::uint64_t rows) {
  part_->write_at(bytes, done_.bytes);  // only this thread changes done_
  const std::lock_guard lock(lock_);
  if (error_) std::rethrow_exception(error_);
  done_.rows += rows;
  done_.bytes += bytes.size();
}

void ResumableFile::commit() {
  part_->sync();
  if (std::rename(part_of(path_).c_str(), path_.c_str()) != 0) {
    fail(path_, "cannot be written: " + std::generic_category().message(errno));
  }
  committed_ = true;
  stop_keeper();
  // If it stays, the next run finds no part to it and refuses it by name.
  static_cast<void>(std::remove(checkpoint_of(path_).c_str()));
}

}  // namespace recveil::cli
