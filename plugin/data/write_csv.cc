#include "data/write_csv.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/error.h"
#include "data/fields.h"

namespace recveil::data {
namespace {

// The file under its temporary name; gone unless commit() was reached.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string &path)
      : path_(path), name_(path + ".tmp-" + std::to_string(::getpid())) {
    file_ = std::fopen(name_.c_str(), "wb");
    if (file_ == nullptr) fail();
  }
  ~TemporaryFile() {
    if (file_ == nullptr) return;
    std::fclose(file_);
    std::remove(name_.c_str());
  }
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;

  void write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail();
  }
  void commit() {
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) fail();
    if (std::rename(name_.c_str(), path_.c_str()) != 0) fail();
    std::fclose(file_);
    file_ = nullptr;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(Status::io,
                path_ + ": cannot be written: " + std::generic_category().message(errno));
  }

  std::string path_, name_;
  std::FILE *file_ = nullptr;
};

// The id as a field of the file.
std::string field_of(const std::string &id, const std::string &path) {
  constexpr std::string_view kNeverInALine("\n\0", 2);
  if (id.empty() || id.find_first_of(kNeverInALine) != id.npos) {
    throw Error(Status::data, path + ": the id " + in_quotes(id) + " cannot be written to a line");
  }
  if (id.find_first_of(",\"\r") == id.npos) return id;
  std::string out = "\"";
  for (const char c : id) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

template <class T>
void append_number(std::string &line, T value) {
  std::array<char, 64> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  line.append(1, ',').append(digits.data(), result.ptr);
}

}  // namespace

std::string write_csv(const Dataset &dataset, const std::string &path) {
  const bool ratings = !dataset.ratings.empty(), times = !dataset.times.empty();
  std::vector<std::string> items;
  items.reserve(dataset.item_ids.size());
  for (const std::string &id : dataset.item_ids) items.push_back(field_of(id, path));

  TemporaryFile file(path);
  file.write(std::string("user,item") + (ratings ? ",rating" : "") + (times ? ",time" : "") + "\n");
  const Interactions &rows = dataset.interactions;
  std::string line;
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    const std::string user = field_of(dataset.user_ids[u], path);
    for (std::size_t at = rows.offsets[u]; at < rows.offsets[u + 1]; ++at) {
      line = user;
      line.append(1, ',').append(items[rows.items[at]]);
      if (ratings) append_number(line, dataset.ratings[at]);
      if (times) append_number(line, dataset.times[at]);
      file.write(line.append(1, '\n'));
    }
  }
  file.commit();
  return "csv:" + path + "?user=user&item=item" + (ratings ? "&rating=rating" : "") +
         (times ? "&time=time" : "") + "&header=1";
}

}  // namespace recveil::data
