#include "id_file.h"

#include <charconv>

#include <algorithm>

#include "core/error.h"
#include "data/line_reader.h"
#include "strict_json.h"

namespace recveil::cli {
namespace {

bool is_quoted(const std::string &id) {
  return id.size() >= 2 && id.front() == '"' && id.back() == '"';
}

// The text of a quoted CSV field.
std::string unquoted(const std::string &id) {
  std::string out;
  for (std::size_t i = 1; i + 1 < id.size(); ++i) {
    out += id[i];
    if (id[i] == '"' && i + 2 < id.size() && id[i + 1] == '"') ++i;
  }
  return out;
}

[[noreturn]] void fail(const std::string &path, std::size_t line, const char *what) {
  throw Error(Status::data, path + ":" + std::to_string(line) + ": " + what);
}

}  // namespace

std::vector<std::string> read_ids(const std::string &path) {
  std::vector<std::string> ids;
  data::LineReader lines(path);
  std::size_t filled = 0;  // ids up to the last line that is not empty
  std::string_view line;
  while (lines.next(line)) {
    if (ids.empty() && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
    const std::size_t end = line.find_last_not_of(" \t\r");
    line = line.substr(0, end == std::string_view::npos ? 0 : end + 1);
    if (!line.empty() && filled < ids.size()) fail(path, filled + 1, "empty");
    if (!is_utf8(line)) {
      fail(path, ids.size() + 1, "is not UTF-8; convert the file, such as with iconv");
    }
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
      fail(path, ids.size() + 1, "begins with a blank");
    }
    ids.emplace_back(line);
    if (!line.empty()) filled = ids.size();
  }
  ids.resize(filled);
  if (!ids.empty() && std::all_of(ids.begin(), ids.end(), is_quoted)) {
    std::transform(ids.begin(), ids.end(), ids.begin(), unquoted);
    const auto empty = std::find(ids.begin(), ids.end(), std::string());
    if (empty != ids.end()) {
      fail(path, static_cast<std::size_t>(empty - ids.begin()) + 1, "the id is empty");
    }
  }
  return ids;
}

bool is_user_number(const std::string &id, recveil_user &out) {
  const auto read = std::from_chars(id.data(), id.data() + id.size(), out);
  const bool number = read.ec == std::errc() && read.ptr == id.data() + id.size();
  return number && (id == "0" || id.front() != '0');
}

RowUsers read_row_users(const std::string &ids, const std::string &key, const std::string &mode) {
  RowUsers out{read_key_file(key), {}};
  const HashKey id_hash = id_key(out.key);
  for (const std::string &id : read_ids(ids)) {
    recveil_user user = 0;
    if (mode != "auto" || !is_user_number(id, user)) {
      user = hash_id(id_hash, {reinterpret_cast<const unsigned char *>(id.data()), id.size()});
    }
    out.users.push_back(user);
  }
  return out;
}

}  // namespace recveil::cli
