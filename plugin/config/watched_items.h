// The file of serving.watch_items: one item number a line; # begins a comment.
#pragma once

#include "core/serving.h"

namespace recveil::config {

constexpr std::size_t kMaxWatched = 10000;

// Adds the items of policy.file, if it names one, to policy.items. Throws Error(config)
// "FILE:LINE: ..." for a line that is no item, for an item listed twice and for too many, and
// Error(io) where the file cannot be read.
void add_watched_file(WatchPolicy &policy);

}  // namespace recveil::config
