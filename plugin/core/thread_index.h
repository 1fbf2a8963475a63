// A small number per thread, to spread threads over slots and counter shards.
#pragma once

namespace recveil {

// The same number on each call of a thread, 0 for the first thread that asks, 1 for the next, ...
// A forked child's thread keeps its parent's number if it had one. Lock-free, no allocation.
unsigned thread_index() noexcept;

}  // namespace recveil
