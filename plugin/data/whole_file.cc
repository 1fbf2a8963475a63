#include "data/whole_file.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "data/fields.h"

namespace recveil::data {

WholeFile::WholeFile(const std::string &path)
    : path_(path), packer_(make_packer(packing_of_name(path))) {
  if (path.empty()) throw Error(Status::argument, "the output has an empty name");
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) {
    name_ = path + ".tmp-" + std::to_string(::getpid());
  }
  file_ = std::fopen(name_.empty() ? path.c_str() : name_.c_str(), "wb");
  if (file_ == nullptr) fail();
}

WholeFile::~WholeFile() {
  if (file_ == nullptr) return;
  static_cast<void>(std::fclose(file_));  // nobody asked for what is dropped here
  if (!name_.empty()) static_cast<void>(std::remove(name_.c_str()));
}

void WholeFile::write(std::string_view text) {
  if (!packer_) return write_bytes(text);
  packer_->add(text, [this](std::string_view bytes) { write_bytes(bytes); });
}

void WholeFile::write_bytes(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail();
}

void WholeFile::commit() {
  if (packer_) packer_->finish([this](std::string_view bytes) { write_bytes(bytes); });
  if (std::fflush(file_) != 0) fail();
  if (!name_.empty()) {
    if (::fsync(::fileno(file_)) != 0) fail();
    if (std::rename(name_.c_str(), path_.c_str()) != 0) fail();
    name_.clear();
  }
  // A pipe or a device may say only now that it did not take everything.
  if (std::fclose(std::exchange(file_, nullptr)) != 0) fail();
}

void WholeFile::fail() const {
  throw Error(Status::io, path_ + ": cannot be written: " + std::generic_category().message(errno));
}

std::string csv_field(const std::string &id, const std::string &path) {
  if (id.empty() || id.find('\0') != id.npos) {
    throw Error(Status::data, path + ": the id " + in_quotes(id) + " cannot be written to a field");
  }
  if (id.find_first_of(",\"\r\n") == id.npos) return id;
  std::string out = "\"";
  for (const char c : id) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

}  // namespace recveil::data
