// What every fuzz target checks of what it is given back.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace recveil::fuzz {

inline void require(bool holds, const char *what) {
  if (!holds) throw std::logic_error(std::string("broken word: ") + what);
}

// An error is one line for a person, in UTF-8 that a terminal can show.
inline void require_line(std::string_view what) {
  require(!what.empty() && what.find('\n') == what.npos, "an error that is not one line");
}

}  // namespace recveil::fuzz
