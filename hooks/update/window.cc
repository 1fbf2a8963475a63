#include "hooks/update/window.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"

namespace recveil::hooks {
namespace {

constexpr char kMagic[8] = {'R', 'V', 'W', 'I', 'N', 'D', 'O', '3'};
constexpr std::uint64_t kNoThreshold = UINT64_MAX;

[[noreturn]] void damaged(const char *what) {
  throw Error(Status::data, std::string("window: damaged: ") + what);
}

// Steele et al., OOPSLA'14: the finalizer of SplitMix64, a bijection.
std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

// Below kNoThreshold; the same for an account in every window of the seed.
std::uint64_t priority_of(std::uint64_t id, std::uint64_t seed) noexcept {
  return std::min(mix(id ^ mix(seed + 0x9E3779B97F4A7C15u)), kNoThreshold - 1);
}

defense::RatingScale scale_of(const WindowShape &shape) noexcept {
  return {shape.rating_min, shape.rating_max,
          shape.rating_min + 0.75f * (shape.rating_max - shape.rating_min), !shape.implicit()};
}

}  // namespace

struct Window::Header {
  char magic[8];
  std::uint64_t bytes;
  std::uint64_t n_items, sample_accounts, sample_interactions;
  double rating_min, rating_max;
  std::uint64_t seed;
  std::uint64_t accounts, interactions;
  std::uint64_t sampled, sampled_interactions;
  std::uint64_t threshold;  // priority from which on accounts are not in the sample
  double rating_squares;
  std::uint64_t key_check;  // of the key that the ids are hashed with; 0: there are none
  std::uint64_t reserved;
};

struct Window::Candidate {
  Entry entry;
  const std::uint32_t *items;
  const float *ratings;  // null: implicit
};

std::size_t Window::bytes(const WindowShape &shape) {
  if (shape.n_items == 0 || shape.n_items > INT32_MAX) {
    throw Error(Status::argument, "shape.n_items: must be from 1 to 2^31 - 1");
  }
  const bool scale = std::isfinite(shape.rating_min) && std::isfinite(shape.rating_max) &&
                     shape.rating_min < shape.rating_max;
  if (!shape.implicit() && !scale) {
    throw Error(Status::argument,
                "shape.rating_min, rating_max: must be finite and rise, or both 0 for implicit "
                "feedback");
  }
  if (shape.sample_interactions > std::uint64_t{1} << 40) {
    throw Error(Status::argument, "shape.sample_interactions: at most 2^40");
  }
  return sizeof(Header) + kColumns * sizeof(double) * std::size_t{shape.n_items} +
         sizeof(Entry) * std::size_t{shape.sample_accounts} +
         (sizeof(std::uint32_t) + sizeof(float)) * ((shape.sample_interactions + 1) / 2 * 2);
}

Window Window::make(const WindowShape &shape, void *data, std::size_t size) {
  const std::size_t needed = bytes(shape);
  if (data == nullptr) throw Error(Status::argument, "window: is NULL");
  if (reinterpret_cast<std::uintptr_t>(data) % alignof(Header) != 0) {
    throw Error(Status::argument, "window: is not aligned");
  }
  if (size < needed) {
    throw Error(Status::buffer, "size: is " + std::to_string(size) + ", needs " +
                                    std::to_string(needed) + " bytes");
  }
  std::memset(data, 0, needed);
  Header &header = *static_cast<Header *>(data);
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.bytes = needed;
  header.n_items = shape.n_items;
  header.sample_accounts = shape.sample_accounts;
  header.sample_interactions = shape.sample_interactions;
  header.rating_min = shape.rating_min;
  header.rating_max = shape.rating_max;
  header.seed = shape.seed;
  header.threshold = kNoThreshold;
  return {data, size};
}

Window::Window(void *data, std::size_t size) : data_(data) {
  if (data == nullptr) throw Error(Status::argument, "window: is NULL");
  if (reinterpret_cast<std::uintptr_t>(data) % alignof(Header) != 0) {
    throw Error(Status::argument, "window: is not aligned");
  }
  if (size < sizeof(Header)) damaged("cut short");
  if (std::memcmp(header().magic, kMagic, sizeof(kMagic) - 1) != 0)
    throw Error(Status::data, "window: not a screening window");
  if (header().magic[7] != kMagic[7]) {
    throw Error(Status::version, "window: is of another format, and this library reads format " +
                                     std::string(1, kMagic[7]) + " alone; fill a new one");
  }
  const Header &h = header();
  if (h.bytes > size) damaged("cut short");
  const bool narrow = h.n_items <= INT32_MAX && h.sample_accounts <= UINT32_MAX &&
                      h.sample_interactions <= std::uint64_t{1} << 40 &&
                      h.accounts < std::uint64_t{1} << 40 && std::abs(h.rating_min) < 1e30 &&
                      std::abs(h.rating_max) < 1e30 &&
                      h.rating_min == static_cast<double>(static_cast<float>(h.rating_min)) &&
                      h.rating_max == static_cast<double>(static_cast<float>(h.rating_max));
  if (!narrow || h.n_items == 0 || h.bytes != bytes(shape())) damaged("its shape");
  if (h.sampled > h.sample_accounts || h.sampled > h.accounts ||
      h.sampled_interactions > h.sample_interactions || h.sampled_interactions > h.interactions) {
    damaged("the size of its sample");
  }
}

WindowShape Window::shape() const noexcept {
  const Header &h = header();
  return {static_cast<std::uint32_t>(h.n_items),
          static_cast<std::uint32_t>(h.sample_accounts),
          h.sample_interactions,
          static_cast<float>(h.rating_min),
          static_cast<float>(h.rating_max),
          h.seed};
}

std::uint64_t Window::key_check() const noexcept {
  return header().key_check;
}
std::uint64_t Window::accounts() const noexcept {
  return header().accounts;
}
std::uint64_t Window::interactions() const noexcept {
  return header().interactions;
}
double *Window::columns() const noexcept {
  return reinterpret_cast<double *>(&header() + 1);
}
Window::Entry *Window::entries() const noexcept {
  return reinterpret_cast<Entry *>(columns() + kColumns * header().n_items);
}
std::uint32_t *Window::item_array() const noexcept {
  return reinterpret_cast<std::uint32_t *>(entries() + header().sample_accounts);
}
float *Window::rating_array() const noexcept {
  return reinterpret_cast<float *>(item_array() + (header().sample_interactions + 1) / 2 * 2);
}
std::span<const double> Window::column(Column column) const noexcept {
  return {columns() + static_cast<std::size_t>(column) * header().n_items, header().n_items};
}
std::span<const Window::Entry> Window::sample() const noexcept {
  return {entries(), header().sampled};
}
std::span<const std::uint32_t> Window::items() const noexcept {
  return {item_array(), header().sampled_interactions};
}
std::span<const float> Window::ratings() const noexcept {
  if (shape().implicit()) return {};
  return {rating_array(), header().sampled_interactions};
}

defense::ItemHistory Window::history() const {
  const WindowShape of = shape();
  defense::ItemHistory out;
  out.scale = scale_of(of);
  out.accounts = static_cast<double>(accounts());
  out.interactions = static_cast<double>(interactions());
  const auto copy = [this](Column from) {
    return std::vector<double>(column(from).begin(), column(from).end());
  };
  out.count[0] = copy(kAny);
  out.count[1] = out.count[2] = std::vector<double>(of.n_items, 0);
  out.low[0] = out.low[1] = out.count[1];
  if (!of.implicit()) {
    out.count[1] = copy(kHigh);
    out.count[2] = copy(kMax);
    out.low[0] = copy(kLow);
    out.low[1] = copy(kMin);
  }
  out.sum = copy(kRatingSum);
  for (const double sum : out.sum) out.rating_sum += sum;
  out.rating_squares = header().rating_squares;
  return out;
}

void Window::check() const {
  const WindowShape of = shape();
  double total = 0;
  for (std::size_t i = 0; i < of.n_items; ++i) {
    const double any = column(kAny)[i], high = column(kHigh)[i], most = column(kMax)[i];
    const auto n_accounts = static_cast<double>(accounts());
    const double low = column(kLow)[i], least = column(kMin)[i];
    if (!(least >= 0 && low >= least && any >= low)) damaged("item counts");
    if (!(most >= 0 && high >= most && any >= high && n_accounts >= any)) damaged("item counts");
    if (!std::isfinite(column(kRatingSum)[i])) damaged("sums of ratings");
    total += any;
  }
  if (total != static_cast<double>(interactions())) damaged("number of interactions");
  if (!(header().rating_squares >= 0 && header().rating_squares < 1e300)) {
    damaged("sum of squares");
  }
  std::uint64_t next = 0;
  std::vector<std::uint32_t> last(of.n_items, 0);
  for (std::size_t s = 0; s < sample().size(); ++s) {
    const Entry &entry = sample()[s];
    if (entry.start != next || entry.length > items().size() - next) damaged("sampled histories");
    if (entry.priority != priority_of(entry.id, of.seed) || entry.priority >= header().threshold ||
        (s > 0 && entry.priority < sample()[s - 1].priority)) {
      damaged("order of the sample");
    }
    next += entry.length;
    for (std::uint64_t e = entry.start; e < next; ++e) {
      const std::uint32_t item = items()[e];
      if (item >= of.n_items || last[item] == s + 1) damaged("sampled items");
      last[item] = static_cast<std::uint32_t>(s + 1);
      if (of.implicit()) continue;
      if (!(ratings()[e] >= of.rating_min && ratings()[e] <= of.rating_max)) {
        damaged("sampled ratings");
      }
    }
  }
  if (next != items().size()) damaged("sampled histories");
}

// Brings `more` into the sample, as far as it fits and lies below the threshold.
void Window::resample(std::span<const Candidate> more, std::uint64_t threshold, bool changed) {
  Header &h = header();
  if (more.empty() && !changed) return;
  std::vector<Candidate> all(more.begin(), more.end());
  const float *held_ratings = shape().implicit() ? nullptr : rating_array();
  for (const Entry &entry : sample()) {
    all.push_back({entry, item_array() + entry.start,
                   held_ratings != nullptr ? held_ratings + entry.start : nullptr});
  }
  std::sort(all.begin(), all.end(), [](const Candidate &a, const Candidate &b) {
    if (a.entry.priority != b.entry.priority) return a.entry.priority < b.entry.priority;
    return a.entry.length > b.entry.length;  // of two entries for one account, the longer
  });
  std::vector<Entry> kept;
  std::vector<std::uint32_t> new_items;
  std::vector<float> new_ratings;
  for (const Candidate &candidate : all) {
    Entry entry = candidate.entry;
    if (entry.priority >= threshold) break;
    if (!kept.empty() && kept.back().id == entry.id) continue;
    if (kept.size() == h.sample_accounts ||
        entry.length > h.sample_interactions - new_items.size()) {
      threshold = entry.priority;
      break;
    }
    entry.start = new_items.size();
    kept.push_back(entry);
    new_items.insert(new_items.end(), candidate.items, candidate.items + entry.length);
    if (candidate.ratings != nullptr) {
      new_ratings.insert(new_ratings.end(), candidate.ratings, candidate.ratings + entry.length);
    }
  }
  // From here on nothing fails. What is free is 0, so that equal windows have equal bytes.
  const auto replace = [](auto *to, const auto &from, std::uint64_t before) {
    std::copy(from.begin(), from.end(), to);
    if (before > from.size())
      std::memset(to + from.size(), 0, (before - from.size()) * sizeof(*to));
  };
  replace(entries(), kept, h.sampled);
  replace(item_array(), new_items, h.sampled_interactions);
  if (!shape().implicit()) replace(rating_array(), new_ratings, h.sampled_interactions);
  h.sampled = kept.size();
  h.sampled_interactions = new_items.size();
  h.threshold = threshold;
}

void Window::add(defense::ScreenAccounts rows, std::uint64_t key_check) {
  const WindowShape of = shape();
  rows.n_items = of.n_items;
  defense::check_accounts(rows, of.limits(), "accounts");
  Header &h = header();
  if (h.key_check != 0 && h.key_check != key_check) {
    throw Error(Status::argument, "window: holds accounts that an engine with another key added");
  }
  std::vector<Candidate> more;
  for (std::size_t u = 0; u < rows.size(); ++u) {
    const std::size_t first = rows.offsets[u], length = rows.offsets[u + 1] - first;
    const std::uint64_t priority = priority_of(rows.ids[u], of.seed);
    // One that fills the sample alone would keep all others out.
    if (priority >= h.threshold || length > of.sample_interactions) continue;
    more.push_back({{priority, rows.ids[u], rows.persons.empty() ? 0 : rows.persons[u],
                     rows.arrived_at.empty() ? 0 : rows.arrived_at[u], 0, length},
                    rows.items.data() + first,
                    rows.ratings.empty() ? nullptr : rows.ratings.data() + first});
  }
  resample(more, h.threshold, false);
  const auto array = [&](Column column) { return columns() + std::size_t{column} * of.n_items; };
  double *any = array(kAny), *sum = array(kRatingSum);
  double *const up[] = {array(kHigh), array(kMax)}, *const down[] = {array(kLow), array(kMin)};
  const defense::RatingScale scale = scale_of(of);
  for (std::size_t e = rows.offsets.front(); e < rows.offsets.back(); ++e) {
    const std::uint32_t item = rows.items[e];
    const float rating = rows.ratings.empty() ? of.rating_max : rows.ratings[e];
    any[item] += 1;
    for (int p = 0, tilt = defense::push_tilt(rating, scale); p < 2; ++p) {
      if (tilt > p) up[p][item] += 1;
      if (-tilt > p) down[p][item] += 1;
    }
    sum[item] += static_cast<double>(rating);
    h.rating_squares += static_cast<double>(rating) * static_cast<double>(rating);
  }
  if (rows.size() > 0) h.key_check = key_check;
  h.accounts += rows.size();
  h.interactions += rows.offsets.back() - rows.offsets.front();
}

void Window::merge(const Window &from) {
  if (!(shape() == from.shape())) {
    throw Error(Status::argument, "from: a window of another shape");
  }
  if (key_check() != from.key_check() && key_check() != 0 && from.key_check() != 0) {
    throw Error(Status::argument, "from: its accounts were added by an engine with another key");
  }
  from.check();
  Header &h = header();
  std::vector<Candidate> more;
  for (const Entry &entry : from.sample()) {
    more.push_back({entry, from.items().data() + entry.start,
                    from.ratings().empty() ? nullptr : from.ratings().data() + entry.start});
  }
  const std::uint64_t threshold = std::min(h.threshold, from.header().threshold);
  resample(more, threshold, threshold != h.threshold);
  const std::size_t n = kColumns * h.n_items;
  for (std::size_t i = 0; i < n; ++i) columns()[i] += from.columns()[i];
  h.rating_squares += from.header().rating_squares;
  h.key_check = std::max(h.key_check, from.key_check());
  h.accounts += from.header().accounts;
  h.interactions += from.header().interactions;
}

}  // namespace recveil::hooks
