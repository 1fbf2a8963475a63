#include "screen/key.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/read_file.h"

namespace recveil::cli {
namespace {

// A folder of this user's alone, with one file in it; both go with it.
class KeyFile {
 public:
  KeyFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "recveil-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error(pattern + ": cannot make a folder for the key");
    }
    folder_ = pattern;
  }
  ~KeyFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  KeyFile(const KeyFile &) = delete;
  KeyFile &operator=(const KeyFile &) = delete;

  std::string path() const { return (folder_ / "key").string(); }

  void write(const std::string &bytes) const {
    const int file = ::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool written = file >= 0 && ::write(file, bytes.data(), bytes.size()) ==
                                          static_cast<ssize_t>(bytes.size());
    if (file >= 0) ::close(file);
    if (!written) throw std::runtime_error(path() + ": cannot write the key");
  }

 private:
  std::filesystem::path folder_;
};

std::string hexadecimal(const std::string &bytes) {
  constexpr const char *kDigits = "0123456789abcdef";
  std::string out;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    out += kDigits[value >> 4];
    out += kDigits[value & 15];
  }
  return out;
}

std::string bytes_of(const std::string &digits) {
  std::string out;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    unsigned value = 0;
    const char *first = digits.data() + at;
    const auto [end, error] = std::from_chars(first, first + 2, value, 16);
    if (error != std::errc() || end != first + 2) throw std::runtime_error("key: is damaged");
    out += static_cast<char>(value);
  }
  return out;
}

}  // namespace

std::string read_screen_key(const std::string &path) {
  return hexadecimal(read_file(path, 1 << 20));  // its length is the engine's to judge
}

std::string new_screen_key(const Api &api) {
  const KeyFile file;
  check(api, api.key_generate(file.path().c_str()));
  return read_screen_key(file.path());
}

Engine open_with_key(const std::shared_ptr<const Api> &api, const std::string &key,
                     const std::string &screening) {
  const KeyFile file;
  file.write(bytes_of(key));
  // JSON is YAML.
  const nlohmann::json config{{"screening", nlohmann::json::parse(screening)},
                              {"keys", {{"file", file.path()}}}};
  return Engine::open(api, config.dump());
}

}  // namespace recveil::cli
