// A Dataset to a file that load() reads back.
#pragma once

#include <string>

#include "data/dataset.h"

namespace recveil::data {

// Writes the interactions row by row as lines user,item[,rating][,time] under a header of those
// names, with ids quoted where they must be. Attributes are not written. Returns the SPEC that
// reads the file; it gives the same dataset back but for its name and attributes, and for the
// numbering of the items where `dataset` was not itself made by load() (see data/arrange.h).
// Ratings and times come back exactly. The file appears whole or not at all: it is written next to
// `path` under another name, flushed to the disk and renamed; it is packed where `path` ends in .gz
// or .xz. Throws Error(Status::argument) for a name that ends in .npy or .npz, Error(Status::io),
// and Error(Status::data) for an id that no field can hold (empty, or with a NUL byte).
std::string write_csv(const Dataset &dataset, const std::string &path);

}  // namespace recveil::data
