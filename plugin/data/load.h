// From a SPEC (see the list in load()'s comment, or `recveil data --help`) to a Dataset.
#pragma once

#include <string_view>

#include "data/dataset.h"

namespace recveil::data {

// Reads the data named by `spec`:
//   synthetic[:users=N,items=N,seed=N]     generated, see data/generate.h
//   ml-1m:DIR  ml-100k:DIR  ml-latest-small:DIR  lastfm-2k:DIR  adm:DIR  foursquare:DIR
//   filmtrust:DIR  averageattack:DIR       the public datasets, as published
//   the same with ?histories=2..19[&top_items=N][&seed=N]: short ones, see data/short_histories.h
//   csv:FILE?user=0&item=1&rating=2&time=3&sep=,&header=1&quotes=1[&attributes=FILE2]
// Files may be plain, .gz or .xz; for a dataset's file X, X.xz and X.gz are tried too. Streams: the
// memory needed is at most about three times that of the result (records, their order, the result).
// docs/files.md shows every layout and says what its options mean. The public datasets keep the
// first of a repeated pair. Users are numbered in the order of the source, items in the order in
// which the rows of the result name them.
//
// Throws Error(Status::argument) for a SPEC that is wrong, Error(Status::io) for a file that cannot
// be read, and Error(Status::data) for one that is not as described, in one line: "FILE:LINE: field
// NAME: what is wrong".
Dataset load(std::string_view spec);

}  // namespace recveil::data
