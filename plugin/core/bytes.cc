#include "core/bytes.h"

namespace recveil {

// Not inline: GCC 12 sees overflows in an inlined insertion that are not there.
void ByteWriter::raw(const void *from, std::size_t n) {
  const auto *first = static_cast<const std::uint8_t *>(from);
  bytes.insert(bytes.end(), first, first + n);
}

}  // namespace recveil
