// One rule for ids in every file, so that the same person or item is the same text in all of them.
#pragma once

#include <string>
#include <string_view>

namespace recveil::data {

// Sets `id`, a field without blanks at its ends, to the text that stands for it: an id written as a
// float (1.0, as pandas writes a column with gaps) without its decimals, and one with accented
// letters in the composed form. The view goes into what it was or into `scratch`. Returns what is
// wrong with it, or nullptr: it is empty, it is not UTF-8, it holds a line end of Unicode, it is
// what programs write where there is no id (NULL, \N, nan, None), or it is a number that a
// spreadsheet or R wrote with an exponent (1.23E+12), which has lost digits. ascii: it is known to
// hold ASCII alone.
const char *normal_id(std::string_view &id, bool ascii, std::string &scratch);

}  // namespace recveil::data
