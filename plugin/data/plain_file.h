// A file of this machine read and written at places of one's choosing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace recveil::data {

// Owns a descriptor. Errors are Error(io) and name `path`.
class PlainFile {
 public:
  enum class Mode : std::uint8_t { read, write };  // write: made if missing, never cut
  PlainFile(const std::string &path, Mode mode);
  ~PlainFile();
  PlainFile(const PlainFile &) = delete;
  PlainFile &operator=(const PlainFile &) = delete;

  int descriptor() const { return descriptor_; }
  const std::string &path() const { return path_; }
  void write_at(std::span<const char> bytes, std::uint64_t offset) const;
  void cut(std::uint64_t size) const;
  void sync() const;

 private:
  [[noreturn]] void fail(const char *what) const;

  std::string path_;
  int descriptor_ = -1;
};

// Fills `out` as far as the file goes; returns how many bytes.
std::size_t read_at(int descriptor, std::span<char> out, std::uint64_t offset,
                    const std::string &path);
std::uint64_t file_size(int descriptor, const std::string &path);

}  // namespace recveil::data
