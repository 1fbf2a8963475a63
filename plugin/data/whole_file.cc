#include "data/whole_file.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/error.h"
#include "data/fields.h"

namespace recveil::data {

WholeFile::WholeFile(const std::string &path)
    : path_(path), name_(path + ".tmp-" + std::to_string(::getpid())) {
  file_ = std::fopen(name_.c_str(), "wb");
  if (file_ == nullptr) fail();
}

WholeFile::~WholeFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::remove(name_.c_str());
}

void WholeFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail();
}

void WholeFile::commit() {
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) fail();
  if (std::rename(name_.c_str(), path_.c_str()) != 0) fail();
  std::fclose(file_);
  file_ = nullptr;
}

void WholeFile::fail() const {
  throw Error(Status::io, path_ + ": cannot be written: " + std::generic_category().message(errno));
}

std::string csv_field(const std::string &id, const std::string &path) {
  constexpr std::string_view kNeverInALine("\n\0", 2);
  if (id.empty() || id.find_first_of(kNeverInALine) != id.npos) {
    throw Error(Status::data, path + ": the id " + in_quotes(id) + " cannot be written to a line");
  }
  if (id.find_first_of(",\"\r") == id.npos) return id;
  std::string out = "\"";
  for (const char c : id) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

}  // namespace recveil::data
