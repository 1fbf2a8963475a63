// Text files into the parts of a Dataset: the one reader under all published formats and csv.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/arrange.h"
#include "data/dataset.h"
#include "data/table.h"

namespace recveil::data {

// A file of interactions, one a line. Columns are named as Table::find_column takes them, where an
// empty user or item is the column called so, else the first and the second; an empty rating or
// time is no such column, and without a word on it the column called so, if there is one.
struct InteractionFormat {
  std::string user, item;
  std::optional<std::string> rating, time;
  TableFormat table;
  Duplicates duplicates = Duplicates::error;
};

// Sets interactions, ratings, times, user_ids (in order of first appearance) and item_ids.
// Throws Error(Status::io or Status::data) naming file, line and field; a file without any
// interaction is an error.
void read_interactions(const std::string &path, const InteractionFormat &format, Dataset &dataset);

struct AttributeColumn {
  std::string name;
  std::size_t position;
  bool age = false;  // years, to be put into the age groups of MovieLens 1M
};

// A file with one line a user: the id first, the attributes of `columns` further on. No columns:
// all columns but the first, by the names in the header, whose separator is the one that stands in
// it.
struct AttributeFormat {
  TableFormat table;
  std::vector<AttributeColumn> columns;
};

// The attributes of the dataset's users; a user who is not in the file, or whose field is empty,
// has the label -1, and users who are not in the dataset are passed over. REQUIRES:
// dataset.user_ids. Throws Error(Status::io or Status::data); a user on two lines is an error, and
// a first line that is no names but a row.
std::vector<Attribute> read_attributes(const std::string &path, const AttributeFormat &format,
                                       const Dataset &dataset);

}  // namespace recveil::data
