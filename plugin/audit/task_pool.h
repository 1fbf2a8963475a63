// Runs independent tasks on a few threads that live no longer than the call.
#pragma once

#include <cstddef>
#include <functional>

namespace recveil::audit {

// Runs task(0) .. task(n - 1), at most `threads` at a time, the calling thread among them. progress
// is called on the calling thread before each of its tasks and at the end. The first exception of a
// task or of progress stops the rest and is thrown here, after all threads have ended: tasks that
// run by then stop at their next pulse() (core/watch.h). The calling thread looks at its watch also
// while it only waits for the others.
void run_tasks(std::size_t n, unsigned threads, const std::function<void(std::size_t)> &task,
               const std::function<void(double)> &progress);

}  // namespace recveil::audit
