// Statistics that hosts keep and merge, and the decoy table, on any bytes: the first byte says
// which of them the others are. What passes its check can be merged and still passes it, and bytes
// that are read are written back the same; all else is recveil::Error.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/seal.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/decoys.h"
#include "defense/screen/carry.h"
#include "hooks/update/window.h"
#include "require.h"

namespace {

using recveil::fuzz::require;
using Bytes = std::span<const std::uint8_t>;

// Aligned as the memory of a host is.
std::vector<double> doubles_of(Bytes bytes) {
  std::vector<double> out((bytes.size() + sizeof(double) - 1) / sizeof(double));
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

void window(Bytes bytes) {
  std::vector<double> memory = doubles_of(bytes), other = memory;
  recveil::hooks::Window into(memory.data(), bytes.size()), from(other.data(), bytes.size());
  into.check();
  require(into.history().n_items() == into.shape().n_items, "the number of items");
  into.merge(from);
  into.check();
}

void moments(Bytes bytes) {
  std::vector<double> buffer = doubles_of(bytes.first(bytes.size() / 8 * 8));
  recveil::defense::class_moments_check(buffer);
  const recveil::defense::ClassMoments of(buffer);
  require(of.classes >= 2 && of.n(of.classes - 1) >= 0, "a class");
  recveil::defense::class_moments_merge(buffer, std::vector<double>(buffer));
}

void decoys(Bytes bytes) {
  using recveil::defense::DecoyTable;
  const DecoyTable table =
      DecoyTable::from_bytes(recveil::seal(std::vector<std::uint8_t>(bytes.begin(), bytes.end())));
  require(std::ranges::equal(DecoyTable::from_bytes(table.bytes()).bytes(), table.bytes()),
          "a table of other bytes");
  const auto item = static_cast<std::uint32_t>(table.n_items() / 2);
  for (const std::size_t length : {std::size_t{0}, std::size_t{1} << 40}) {
    const double p = table.hide_probability(item, length, table.classes() - 1);
    require(p >= 0 && p < 1, "a probability");
  }
}

void carry(Bytes bytes) {
  const std::vector<double> numbers = doubles_of(bytes);
  using recveil::defense::ScreenCarry;
  for (const std::size_t n_items : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    const std::size_t n = std::min(ScreenCarry::count_of_numbers(n_items), numbers.size());
    const auto read = ScreenCarry::from_numbers(std::span(numbers).first(n), n_items);
    require(read.n_items() == n_items, "the number of items");
    require(read.numbers().size() == n, "the number of numbers");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  if (size == 0) return 0;
  constexpr void (*kReaders[])(Bytes) = {window, moments, decoys, carry};
  try {
    kReaders[bytes[0] % 4]({bytes + 1, size - 1});
  } catch (const recveil::Error &error) {
    recveil::fuzz::require_line(error.what());
  }
  return 0;
}
