#include "audit/engine.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

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
  return defense == "cross_fit" ? "cross_fit" : "popularity_randomization";
}

}  // namespace

Engine::Engine(const recveil_audit_services &library, const ServingOptions &options)
    : library_(library) {
  const KeyFile key(options.seed);
  const std::string yaml = "serving: {mode: " + serving_mode(options.defense) +
                           ", list_length: " + std::to_string(options.list_length) +
                           ", ratio: " + std::to_string(options.ratio) +
                           ", folds: " + std::to_string(options.folds) +
                           ", support_floor: " + std::to_string(options.support_floor) +
                           "}\nkeys: {file: \"" + key.path() + "\"}\n";
  check(library_.engine_open(yaml.data(), yaml.size(), nullptr, &engine_));
}

void Engine::check(recveil_status status) const {
  if (status != RECVEIL_OK) throw Error(static_cast<Status>(status), library_.last_error());
}

}  // namespace recveil::audit
