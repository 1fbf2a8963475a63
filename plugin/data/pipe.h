// Pipes as files that can be read more than once and at any place.
#pragma once

#include <string>

namespace recveil::data {

bool is_pipe(int descriptor);

// A descriptor, to be closed by the caller, of a file without a name (in $TMPDIR, else /tmp) that
// holds all that comes through the pipe. The first call for a pipe reads it to its end; later ones
// open the same file at its start, as long as the process lives. Throws Error(Status::io), naming
// `name`.
int kept(int pipe, const std::string &name);

}  // namespace recveil::data
