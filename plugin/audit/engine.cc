#include "audit/engine.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "audit/request.h"
#include "core/error.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

// A key file that depends on the seed alone, so that the same audit gives the same report.
class KeyFile {
 public:
  explicit KeyFile(std::uint64_t seed)
      : path_((std::filesystem::temp_directory_path() / "recveil-audit-XXXXXX").string()) {
    const int fd = ::mkstemp(path_.data());  // mode 0600
    Rng rng(seed, 7);
    unsigned char key[32];
    for (unsigned char &byte : key) byte = static_cast<unsigned char>(rng.below(256));
    const bool written = fd >= 0 && ::write(fd, key, sizeof(key)) == sizeof(key);
    if (fd >= 0) ::close(fd);
    if (!written) throw Error(Status::io, path_ + ": cannot write");
  }
  ~KeyFile() { ::unlink(path_.c_str()); }
  KeyFile(const KeyFile &) = delete;
  KeyFile &operator=(const KeyFile &) = delete;
  const std::string &path() const { return path_; }

 private:
  std::string path_;
};

std::string serving_mode(const std::string &defense) {
  if (defense == "none") return "popularity";
  return defense == "cross_fit" || defense == "private" ? defense : "popularity_randomization";
}

std::string new_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "recveil-audit-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw Error(Status::io, path + ": cannot create a folder");
  return path;
}

void remove_folder(const std::string &path) noexcept {
  std::error_code ignored;
  if (!path.empty()) std::filesystem::remove_all(path, ignored);
}

std::string private_yaml(const ServingOptions &options, const std::string &folder) {
  return "private: {ledger: \"" + folder +
         "/ledger\", epsilon: " + std::to_string(options.epsilon) +
         ", delta: " + std::to_string(kPrivateDelta) +
         ", people: " + std::to_string(told_people(options.people)) + "}\n";
}

}  // namespace

std::size_t told_people(std::size_t people) {
  std::size_t unit = 1;
  while (people / unit >= 10) unit *= 10;
  return std::max<std::size_t>(1, people / unit * unit);
}

Engine::Engine(const recveil_audit_services &library, const ServingOptions &options)
    : library_(library) {
  const KeyFile key(options.seed);
  const bool is_private = options.defense == "private";
  if (is_private) folder_ = new_folder();
  const std::string folds = is_private ? "" : ", folds: " + std::to_string(options.folds);
  const std::string yaml = "serving: {mode: " + serving_mode(options.defense) +
                           ", list_length: " + std::to_string(options.list_length) +
                           ", ratio: " + std::to_string(options.ratio) + folds +
                           ", support_floor: " + std::to_string(options.support_floor) +
                           "}\nkeys: {file: \"" + key.path() + "\"}\n" +
                           (is_private ? private_yaml(options, folder_) : "");
  try {
    check(library_.engine_open(yaml.data(), yaml.size(), nullptr, &engine_));
  } catch (...) {
    remove_folder(folder_);
    throw;
  }
}

Engine::~Engine() {
  library_.engine_close(engine_);
  remove_folder(folder_);
}

void Engine::check(recveil_status status) const {
  if (status != RECVEIL_OK) throw Error(static_cast<Status>(status), library_.last_error());
}

}  // namespace recveil::audit
