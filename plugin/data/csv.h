// csv:FILE?..., see data/load.h.
#pragma once

#include <string_view>

#include "data/dataset.h"

namespace recveil::data {

// `spec` is the part after "csv:". Throws Error(Status::argument) for a wrong SPEC, and
// Error(Status::io or Status::data) for a wrong file.
Dataset load_csv(std::string_view spec);

}  // namespace recveil::data
