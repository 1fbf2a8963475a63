#include "row_users.h"

#include <charconv>

#include "data/read_ids.h"

namespace recveil::cli {

bool is_user_number(const std::string &id, recveil_user &out) {
  const auto read = std::from_chars(id.data(), id.data() + id.size(), out);
  const bool number = read.ec == std::errc() && read.ptr == id.data() + id.size();
  return number && (id == "0" || id.front() != '0');
}

RowUsers read_row_users(const std::string &ids, const std::string &key, const std::string &mode) {
  RowUsers out{read_key_file(key), {}};
  const HashKey id_hash = id_key(out.key);
  for (const std::string &id : data::read_ids(ids)) {
    recveil_user user = 0;
    if (mode != "auto" || !is_user_number(id, user)) {
      user = hash_id(id_hash, {reinterpret_cast<const unsigned char *>(id.data()), id.size()});
    }
    out.users.push_back(user);
  }
  return out;
}

}  // namespace recveil::cli
