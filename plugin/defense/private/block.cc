#include "defense/private/block.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/watch.h"
#include "defense/private/statistics.h"

namespace recveil::defense {
namespace {

constexpr char kMagic[] = "RVPRIVS1";
constexpr std::uint64_t kMostPeople = std::uint64_t{1} << 40;  // times kScale is below 2^63

[[noreturn]] void refuse(Status status, const std::string &what) {
  throw Error(status, "private statistics: " + what);
}

std::size_t catalogue_bytes(std::uint32_t n) {
  return (std::size_t{n} * sizeof(std::uint32_t) + 7) / 8 * 8;
}

std::size_t sum_count(std::uint32_t n_items, std::uint32_t n_catalogue) {
  return n_catalogue > 0 ? triangle_size(n_catalogue) : n_items;
}

std::size_t block_bytes(std::uint32_t n_items, std::uint32_t n_catalogue) {
  return 64 + catalogue_bytes(n_catalogue) + sum_count(n_items, n_catalogue) * sizeof(std::int64_t);
}

// Throws unless each item is below n_items and no row has duplicates.
void check_rows(std::span<const std::size_t> offsets, std::span<const std::uint32_t> items,
                std::uint32_t n_items) {
  std::vector<std::uint32_t> last(n_items);  // the person seen with the item, from 1
  for (std::size_t u = 0; u + 1 < offsets.size(); ++u) {
    if (u % 256 == 0) pulse();
    for (const std::uint32_t item : items.subspan(offsets[u], offsets[u + 1] - offsets[u])) {
      const char *what = item >= n_items       ? "an item is not below n_items"
                         : last[item] == u + 1 ? "a duplicate item"
                                               : nullptr;
      if (what != nullptr) refuse(Status::argument, "person " + std::to_string(u) + ": " + what);
      last[item] = static_cast<std::uint32_t>(u + 1);
    }
  }
}

}  // namespace

std::size_t StatisticsBlock::bytes(const BlockShape &shape) {
  if (shape.n_items < 1 || shape.n_items > INT32_MAX) {
    refuse(Status::argument, "n_items must be from 1 to 2^31 - 1");
  }
  if (shape.catalogue.size() > kMaxCatalogue) {
    refuse(Status::argument, "n_catalogue must be at most " + std::to_string(kMaxCatalogue) +
                                 ": the matrix of more items is larger than memory should hold");
  }
  if (!shape.catalogue.empty()) {
    static_cast<void>(
        Catalogue({shape.catalogue.begin(), shape.catalogue.end()}, shape.n_items));  // or throws
  }
  return block_bytes(shape.n_items, static_cast<std::uint32_t>(shape.catalogue.size()));
}

void StatisticsBlock::make(const BlockShape &shape, void *block, std::size_t n_bytes) {
  const std::size_t needed = bytes(shape);
  if (n_bytes < needed) {
    refuse(Status::buffer, std::to_string(n_bytes) + " bytes were given, " +
                               std::to_string(needed) + " are needed");
  }
  if (block == nullptr) refuse(Status::argument, "stats is NULL");
  if (reinterpret_cast<std::uintptr_t>(block) % alignof(std::int64_t) != 0) {
    refuse(Status::argument, "stats must be aligned to 8");
  }
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof(header.magic));
  header.n_items = shape.n_items;
  header.n_catalogue = static_cast<std::uint32_t>(shape.catalogue.size());
  std::memset(block, 0, needed);
  std::memcpy(block, &header, sizeof(header));
  if (!shape.catalogue.empty()) {
    std::memcpy(static_cast<char *>(block) + sizeof(header), shape.catalogue.data(),
                shape.catalogue.size_bytes());
  }
}

StatisticsBlock::StatisticsBlock(void *block, std::size_t n_bytes) {
  if (block == nullptr) refuse(Status::argument, "stats is NULL");
  if (reinterpret_cast<std::uintptr_t>(block) % alignof(std::int64_t) != 0) {
    refuse(Status::argument, "stats must be aligned to 8");
  }
  if (n_bytes < sizeof(Header)) refuse(Status::data, "cut short");
  header_ = static_cast<Header *>(block);
  if (std::memcmp(header_->magic, kMagic, 7) != 0) {
    refuse(Status::data, "the bytes are none");
  }
  if (header_->magic[7] != kMagic[7]) refuse(Status::version, "of another version of the library");
  const Header &h = *header_;
  if (h.n_items < 1 || h.n_items > INT32_MAX || h.n_catalogue > kMaxCatalogue ||
      h.n_catalogue > h.n_items || h.n_people > kMostPeople ||
      std::any_of(std::begin(h.reserved), std::end(h.reserved),
                  [](std::uint64_t x) { return x != 0; })) {
    refuse(Status::data, "damaged");
  }
  if (n_bytes < block_bytes(h.n_items, h.n_catalogue)) refuse(Status::data, "cut short");
  auto *after = static_cast<unsigned char *>(block) + sizeof(Header);
  catalogue_ = reinterpret_cast<std::uint32_t *>(after);
  sums_ = {reinterpret_cast<std::int64_t *>(after + catalogue_bytes(h.n_catalogue)),
           sum_count(h.n_items, h.n_catalogue)};
}

std::span<const std::uint8_t> StatisticsBlock::stored() const noexcept {
  return {reinterpret_cast<const std::uint8_t *>(header_),
          block_bytes(header_->n_items, header_->n_catalogue)};
}

void StatisticsBlock::check() const {
  const auto most = static_cast<std::int64_t>(header_->n_people) * kScale;
  for (const std::int64_t sum : sums_) {
    if (sum < 0 || sum > most)
      refuse(Status::data, "damaged: a sum that so many people cannot have");
  }
  if (!is_gram()) return;
  try {
    static_cast<void>(Catalogue({catalogue_, catalogue_ + header_->n_catalogue}, n_items()));
  } catch (const Error &) {
    refuse(Status::data, "damaged: the catalogue");
  }
}

void StatisticsBlock::need_room(std::uint64_t more_people) const {
  if (more_people > kMostPeople - header_->n_people) {
    refuse(Status::data, "more than 2^40 people");
  }
}

void StatisticsBlock::add(std::span<const std::size_t> offsets,
                          std::span<const std::uint32_t> items) {
  const std::size_t n = offsets.size() - 1;
  need_room(n);
  check_rows(offsets, items, n_items());
  const auto row = [&](std::size_t u) {
    return items.subspan(offsets[u], offsets[u + 1] - offsets[u]);
  };
  if (is_gram()) {
    const Catalogue items_of_it({catalogue_, catalogue_ + header_->n_catalogue}, n_items());
    add_grams(offsets, items, items_of_it, sums_);
  } else {
    for (std::size_t u = 0; u < n; ++u) add_counts(row(u), sums_);
  }
  header_->n_people += n;
}

void StatisticsBlock::merge(const StatisticsBlock &more) {
  if (n_items() != more.n_items() || !std::ranges::equal(catalogue(), more.catalogue())) {
    refuse(Status::argument, "merged with those of another shape");
  }
  need_room(more.n_people());
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += more.sums_[i];
  header_->n_people += more.n_people();
}

}  // namespace recveil::defense
