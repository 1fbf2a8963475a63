// The ids of a table's rows, one a line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/keys.h"
#include "recveil/base.h"

namespace recveil::cli {

// The ids of a file: a byte order mark, the ends of lines of any system, blanks at the end of a
// line and empty lines at the end of the file are no part of them; quotes around every id are taken
// off. Throws Error(data) "FILE:LINE: what is wrong".
std::vector<std::string> read_ids(const std::string &path);

// Is the id a number as recveil_route() takes it, without leading zeros?
bool is_user_number(const std::string &id, recveil_user &out);

// Whose rows they are, for a map that places users who share a row.
struct RowUsers {
  Key key;
  std::vector<recveil_user> users;  // one a row
};
// The users of the ids in a file, under the master key of another. modes as --users: auto or bytes.
// Throws Error that names the file.
RowUsers read_row_users(const std::string &ids, const std::string &key, const std::string &mode);

}  // namespace recveil::cli
