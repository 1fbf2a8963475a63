#include "audit/lists_checks.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <span>
#include <unordered_map>
#include <utility>

#include "audit/lists_fit.h"
#include "audit/persons.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kTelling = 5;  // items that tell people apart
// Of people: above that a coincidence is none; above that the verdict is not to be trusted.
constexpr double kWarn = 0.005, kVoid = 0.01;
constexpr std::size_t kFew = 2;  // people, however few there are
constexpr double kVoidEqualLists = 0.1;

bool above(std::size_t people, std::size_t of, double share) {
  return people > kFew && static_cast<double>(people) > share * static_cast<double>(of);
}

std::string of_people(std::size_t people, std::size_t of) {
  char text[64];
  std::snprintf(text, sizeof(text), "%zu of %zu people", people, of);
  return text;
}

// How the rows of a person are labelled.
struct Rows {
  std::size_t members = 0, others = 0;
};

std::vector<Rows> rows_of(const std::vector<std::uint32_t> &person,
                          const std::vector<std::uint8_t> &member) {
  std::vector<Rows> out(1 + *std::max_element(person.begin(), person.end()));
  for (std::size_t u = 0; u < member.size(); ++u) {
    Rows &rows = out[person[u]];
    ++(member[u] != 0 ? rows.members : rows.others);
  }
  return out;
}

struct Labels {
  std::size_t telling = 0, once_each = 0;  // rows; of people who are there once with each label
  std::size_t same_list = 0;               // of these, shown the same items both times
  std::size_t twice = 0, both_labels = 0;  // rows of people with several rows
  bool paired() const {
    return telling > 0 && static_cast<double>(once_each) >= 0.9 * static_cast<double>(telling);
  }
};

Labels labels_of(const attack::Population &people) {
  const std::vector<std::uint32_t> person = persons(people.histories);
  const std::vector<std::uint32_t> list = persons(people.lists);
  const std::vector<Rows> rows = rows_of(person, people.member);
  std::vector<std::uint32_t> shown(rows.size(), UINT32_MAX);  // to each person, in an earlier row
  Labels out;
  for (std::size_t u = 0; u < person.size(); ++u) {
    if (people.histories.row(u).size() < kTelling) continue;
    const Rows &all = rows[person[u]];
    ++out.telling;
    out.once_each += all.members == 1 && all.others == 1 ? 1u : 0u;
    out.same_list += shown[person[u]] == list[u] ? 2u : 0u;
    shown[person[u]] = list[u];
    out.twice += all.members + all.others > 1 ? 1u : 0u;
    out.both_labels += all.members > 0 && all.others > 0 ? 1u : 0u;
  }
  return out;
}

// One of the populations. paired: both are.
Check people_twice(const attack::Population &target, const attack::Population *shadow,
                   bool &paired) {
  Check out{"people_twice", 0, {}, false};
  std::vector<const attack::Population *> all{&target};
  if (shadow != nullptr) all.push_back(shadow);
  paired = true;
  for (const attack::Population *people : all) {
    const Labels found = labels_of(*people);
    // In two systems that swap their people hardly anybody is shown the same list by both.
    if (found.paired() && 2 * found.same_list < found.once_each) continue;
    paired = false;
    out.people += found.twice;
    const std::size_t n = people->member.size();
    if (!above(found.twice, n, kWarn)) continue;
    const bool both = above(found.both_labels, n, kVoid);
    out.voids = out.voids || both || above(found.twice, n, kVoidEqualLists);
    out.warning = of_people(found.twice, n) + (people == &target ? "" : " of the shadow") +
                  " have exactly the history of another one" +
                  (both ? ", under the other label: nobody can be a member and not be one" : "") +
                  ". Give every person once";
  }
  return out;
}

// Rows of `first` whose row of `of_first` stands in a row of `of_second` too, if `counts(u)`.
template <class Counts>
std::size_t common(const Interactions &first, const Interactions &second, Counts counts) {
  const std::vector<std::uint32_t> person = persons(first, second);
  std::vector<std::uint8_t> there(person.size(), 0);
  for (std::size_t u = first.n_users(); u < person.size(); ++u) there[person[u]] = 1;
  std::size_t out = 0;
  for (std::size_t u = 0; u < first.n_users(); ++u) {
    out += there[person[u]] != 0 && counts(u) ? 1u : 0u;
  }
  return out;
}

Check people_in_both(const attack::Population &target, const attack::Population *shadow) {
  Check out{"people_in_both", 0, {}, false};
  if (shadow == nullptr) return out;
  out.people = common(target.histories, shadow->histories,
                      [&](std::size_t u) { return target.histories.row(u).size() >= kTelling; });
  const std::size_t n = target.member.size();
  if (!above(out.people, n, kWarn)) return out;
  out.voids = above(out.people, n, kVoid);
  out.warning = of_people(out.people, n) +
                " of the target have exactly the history of somebody in the shadow: the attacker "
                "learns on the people it attacks. Give other people as the shadow";
  return out;
}

// What anybody may be shown: the items that most people have, or that most lists show.
class Popular {
 public:
  explicit Popular(const attack::Population &people) : length_(0) {
    for (std::size_t u = 0; u < people.lists.n_users(); ++u) {
      length_ = std::max(length_, people.lists.row(u).size());
    }
    mark(people.histories);
    mark(people.lists);
  }
  bool holds(std::span<const std::uint32_t> list) const {
    const auto hits =
        std::count_if(list.begin(), list.end(), [&](auto item) { return popular_[item] != 0; });
    return static_cast<double>(hits) >= 0.9 * static_cast<double>(list.size());
  }

 private:
  void mark(const Interactions &rows) {
    std::vector<std::uint32_t> count(rows.n_items, 0), items(rows.n_items);
    for (const std::uint32_t item : rows.items) ++count[item];
    std::iota(items.begin(), items.end(), 0u);
    const std::size_t most = std::min<std::size_t>(2 * length_ + 50, items.size());
    std::partial_sort(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(most), items.end(),
                      [&](auto a, auto b) { return count[a] > count[b]; });
    popular_.resize(rows.n_items, 0);
    for (std::size_t i = 0; i < most; ++i) popular_[items[i]] = 1;
  }
  std::size_t length_;
  std::vector<std::uint8_t> popular_;
};

Check equal_lists(const attack::Population &people) {
  Check out{"equal_lists", 0, {}, false};
  const Popular popular(people);
  const std::vector<std::uint32_t> list = persons(people.lists), person = persons(people.histories);
  std::vector<std::uint32_t> first(person.size(), UINT32_MAX);  // person shown the list first
  std::vector<std::uint8_t> several(person.size(), 0);
  for (std::size_t u = 0; u < person.size(); ++u) {
    std::uint32_t &whose = first[list[u]];
    if (whose == UINT32_MAX) whose = person[u];
    if (whose != person[u]) several[list[u]] = 1;
  }
  for (std::size_t u = 0; u < person.size(); ++u) {
    const auto row = people.lists.row(u);
    out.people += several[list[u]] != 0 && row.size() >= kTelling && !popular.holds(row) ? 1u : 0u;
  }
  const std::size_t n = people.member.size();
  if (!above(out.people, n, kWarn)) return out;
  out.voids = above(out.people, n, kVoidEqualLists);
  out.warning =
      of_people(out.people, n) +
      " were shown exactly the items that somebody with another history was shown, and not "
      "just popular ones: look for cached lists, or lists of the wrong person";
  return out;
}

Check lists_in_both(const attack::Population &target, const attack::Population *shadow) {
  Check out{"lists_in_both", 0, {}, false};
  if (shadow == nullptr) return out;
  const Popular popular(target);
  out.people = common(target.lists, shadow->lists, [&](std::size_t u) {
    const auto row = target.lists.row(u);
    return row.size() >= kTelling && !popular.holds(row);
  });
  const std::size_t n = target.member.size();
  if (!above(out.people, n, kWarn)) return out;
  out.voids = above(out.people, n, kVoid);
  out.warning =
      of_people(out.people, n) +
      " of the target were shown exactly the items that somebody in the shadow was shown: "
      "the shadow's lists must come from another system, shown to other people";
  return out;
}

Check empty_lists(const attack::Population &people) {
  Check out{"empty_lists", 0, {}, false};
  for (std::size_t u = 0; u < people.lists.n_users(); ++u) {
    out.people += people.lists.row(u).empty() ? 1u : 0u;
  }
  const std::size_t n = people.member.size();
  if (out.people == 0) return out;
  out.voids = 2 * out.people > n;
  if (above(out.people, n, kVoid)) {
    out.warning = of_people(out.people, n) + " were shown nothing";
  }
  return out;
}

Check item_ids(const attack::Population &target, const attack::Population *shadow,
               const attack::Knowledge &knowledge) {
  Check out{"item_ids", 0, {}, false};
  std::vector<std::uint8_t> taken(target.histories.n_items, 0);
  for (const std::uint32_t item : target.histories.items) taken[item] = 1;
  if (shadow != nullptr) {
    for (const std::uint32_t item : shadow->histories.items) taken[item] = 1;
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (knowledge.popularity[i] > 0) taken[i] = 1;
  }
  std::size_t unknown = 0;
  for (std::size_t u = 0; u < target.lists.n_users(); ++u) {
    const auto list = target.lists.row(u);
    const auto here = static_cast<std::size_t>(
        std::count_if(list.begin(), list.end(), [&](auto item) { return taken[item] == 0; }));
    unknown += here;
    out.people += 2 * here > list.size() ? 1u : 0u;
  }
  if (2 * unknown <= target.lists.size()) return out;
  out.voids = true;
  out.warning =
      std::to_string(unknown) + " of " + std::to_string(target.lists.size()) +
      " places in lists name items that nobody has taken: histories and lists do not name "
      "items alike";
  return out;
}

Check seen_items(const std::vector<ListFit> &fits) {
  Check out{"seen_items", 0, {}, false};
  double seen = 0, by_others = 0;
  std::size_t people = 0;
  for (const ListFit &fit : fits) {
    out.people += fit.people_with_seen;
    people += fit.people;
    seen += fit.seen;
    by_others += fit.seen_by_others;
  }
  if (!above(out.people, people, kVoid)) return out;
  char text[400];
  std::snprintf(
      text, sizeof(text),
      "the lists of %zu of %zu people hold items that those people had already, %.3g times "
      "as many as they hold of other people's items: right where seen items are shown "
      "again, else the lists are of other people or of another time",
      out.people, people, by_others > 0 ? seen / by_others : 0.0);
  out.warning = text;
  return out;
}

Check lists_of_others(const std::vector<ListFit> &fits) {
  Check out{"lists_of_others", 0, {}, false};
  const auto belong = [](const ListFit &fit) { return fit.filtered() || fit.fits(); };
  if (std::any_of(fits.begin(), fits.end(), belong)) return out;
  double next = 0, previous = 0, own = 0;
  for (const ListFit &fit : fits) {
    out.people += fit.people;
    next = std::max(next, (fit.next - 0.5) / fit.next_error);
    previous = std::max(previous, (fit.previous - 0.5) / fit.previous_error);
    own = std::max(own, fit.own);
  }
  out.voids = true;
  char text[400];
  std::snprintf(
      text, sizeof(text),
      "lists are closer to the person's own history than to somebody else's in %.1f %% of "
      "comparisons, where 50 %% is chance%s: lists and histories are not of the same "
      "people or do not name items alike, or nothing is personal about the lists",
      100 * own,
      next > 4       ? ", and fit the history of the person on the next line"
      : previous > 4 ? ", and fit the history of the person on the line before"
                     : "");
  out.warning = text;
  return out;
}

}  // namespace

ExportChecks check_export(const attack::Population &target, const attack::Population *shadow,
                          const attack::Knowledge &knowledge, std::uint64_t seed) {
  ExportChecks out;
  const std::vector<ListFit> fits = fits_of(target, knowledge, seed);
  out.checks = {people_twice(target, shadow, out.paired),
                people_in_both(target, shadow),
                equal_lists(target),
                lists_in_both(target, shadow),
                empty_lists(target),
                item_ids(target, shadow, knowledge),
                seen_items(fits),
                lists_of_others(fits)};
  if (shadow != nullptr) {
    Check other = lists_of_others(fits_of(*shadow, knowledge, seed));
    if (!other.warning.empty()) {
      other.name = "shadow_lists_of_others";
      other.warning = "shadow: " + other.warning;
      out.checks.push_back(std::move(other));
    }
  }
  return out;
}

}  // namespace recveil::audit
