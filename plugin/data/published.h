// The public datasets as their publishers lay them out.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "data/dataset.h"

namespace recveil::data {

// The names load() takes: ml-1m, ml-100k, ...
std::span<const std::string_view> published_names();

// Reads the dataset from its folder. The sources hold a few pairs twice: the first stays.
// REQUIRES: name is one of published_names(). Throws Error(Status::io or Status::data).
Dataset load_published(std::string_view name, const std::string &folder);

}  // namespace recveil::data
