// Statistics that hosts keep and merge, and the decoy table, on any bytes: the first byte says
// which of them the others are. What passes its check can be merged and still passes it, and bytes
// that are read are written back the same; all else is recveil::Error.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/seal.h"
#include "defense/erase/class_moments.h"
#include "defense/erase/decoys.h"
#include "defense/erase/exact_moments.h"
#include "defense/screen/carry.h"
#include "hooks/update/window.h"
#include "require.h"

namespace {

using recveil::fuzz::require;
using Bytes = std::span<const std::uint8_t>;

// Aligned as the memory of a host is.
template <class Word>
std::vector<Word> words_of(Bytes bytes) {
  std::vector<Word> out(bytes.size() / sizeof(Word) + 1);
  auto *to = reinterpret_cast<std::uint8_t *>(out.data());
  for (const std::uint8_t byte : bytes) *to++ = byte;
  return out;
}

void window(Bytes bytes) {
  std::vector<double> memory = words_of<double>(bytes), other = memory;
  recveil::hooks::Window into(memory.data(), bytes.size()), from(other.data(), bytes.size());
  into.check();
  require(into.history().n_items() == into.shape().n_items, "the number of items");
  into.merge(from);
  into.check();
}

void moments(Bytes bytes) {
  namespace defense = recveil::defense;
  auto buffer = words_of<std::uint64_t>(bytes);
  buffer.pop_back();  // what is no whole word
  const defense::ExactShape shape = defense::exact_moments_check(buffer);
  require(defense::rounded_moments(buffer).size() ==
              defense::class_moments_size(shape.d, shape.classes),
          "the number of sums");
  defense::exact_moments_merge(buffer, std::vector<std::uint64_t>(buffer));
  require(defense::exact_moments_check(buffer).n_rows == 2 * shape.n_rows, "the number of rows");
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
  std::vector<double> numbers = words_of<double>(bytes);
  numbers.pop_back();
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
