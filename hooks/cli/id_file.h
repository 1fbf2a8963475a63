// The ids of a table's rows, one a line.
#pragma once

#include <string>
#include <vector>

namespace recveil::cli {

// The ids of a file: a byte order mark, the ends of lines of any system, blanks at the end of a
// line and empty lines at the end of the file are no part of them; quotes around every id are taken
// off. Throws Error(data) "FILE:LINE: what is wrong".
std::vector<std::string> read_ids(const std::string &path);

}  // namespace recveil::cli
