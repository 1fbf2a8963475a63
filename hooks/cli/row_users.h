// Whose the rows of a table are, for a map that places users who share a row.
#pragma once

#include <string>
#include <vector>

#include "core/keys.h"
#include "recveil/base.h"

namespace recveil::cli {

// Is the id a number as recveil_route() takes it, without leading zeros?
bool is_user_number(const std::string &id, recveil_user &out);

struct RowUsers {
  Key key;
  std::vector<recveil_user> users;  // one a row
};
// The users of the ids in a file (data/read_ids.h), under the master key of another. modes as
// --users: auto or bytes. Throws Error that names the file.
RowUsers read_row_users(const std::string &ids, const std::string &key, const std::string &mode);

}  // namespace recveil::cli
