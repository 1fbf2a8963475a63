// A file of ids, one a line, that says whose the rows of another file are.
#pragma once

#include <string>
#include <vector>

namespace recveil::data {

// The ids in the order of the lines, each in the form of data/id_text.h: blanks at its ends and
// quotes around it do not count, a comma in it does. The file may be plain, .gz or .xz; empty lines
// at its end are none. Throws Error(Status::io), and Error(Status::data) naming file and line for
// an empty line, an id that is no id, a line that looks like a name ("user_id") and, where all
// lines hold a tab or all a comma, a table of several columns.
std::vector<std::string> read_ids(const std::string &path);

}  // namespace recveil::data
