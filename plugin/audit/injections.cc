#include "audit/injections.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "audit/lists_verdict.h"
#include "core/error.h"
#include "core/watch.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

using data::InjectionTables;

constexpr double kPlanted = .1;  // of the holders, in the positive control

InversionCount counted(const InjectionTables &injection, const std::vector<std::uint32_t> &shown) {
  InversionCount out;
  out.with.resize(injection.decoys.size() + 1, 0);
  out.without.resize(injection.decoys.size() + 1, 0);
  for (std::size_t u = 0; u < shown.size(); ++u) {
    ++(injection.holder[u] != 0 ? out.with : out.without)[shown[u]];
  }
  return out;
}

// The lists before, and all decoys to some holders.
InversionCount planted(const InjectionTables &injection, const InversionCount &before) {
  InversionCount out = before;
  const auto wanted = static_cast<std::size_t>(
      std::ceil(kPlanted * static_cast<double>(std::max<std::size_t>(before.n_with(), 20))));
  std::size_t moved = 0;
  for (std::size_t s = 0; s < injection.decoys.size(); ++s) {
    const std::size_t here = std::min(wanted - moved, out.with[s]);
    out.with[s] -= here;
    moved += here;
  }
  out.with.back() += moved;
  return out;
}

bool any_leak(const std::vector<InversionRow> &rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const InversionRow &row) { return row.finding == Verdict::leak; });
}

InversionCount sum(const std::vector<InversionCount> &counts) {
  InversionCount out;
  for (const InversionCount &count : counts) out += count;
  return out;
}

}  // namespace

InjectionsRequest parse_injections_request(const fields::Json &object) {
  const fields::Fields given(object, request::keys_of("injections"));
  InjectionsRequest out;
  const auto files = [&](const char *key) {
    const std::vector<std::string> names = fields::parts(given.word(key));
    if (names.empty()) fields::refuse(key, "is missing: it names a file");
    if (!out.files.empty() && names.size() != out.files.size()) {
      fields::refuse(key, "names " + std::to_string(names.size()) + " files, before names " +
                              std::to_string(out.files.size()) + ": one an injection");
    }
    out.files.resize(names.size());
    return names;
  };
  const auto set = [&](const char *key, std::string data::InjectionFiles::*file) {
    const std::vector<std::string> names = files(key);
    for (std::size_t i = 0; i < names.size(); ++i) out.files[i].*file = names[i];
  };
  set("before", &data::InjectionFiles::before);
  set("after", &data::InjectionFiles::after);
  set("holders", &data::InjectionFiles::holders);
  set("decoys", &data::InjectionFiles::decoys);
  out.items = given.word("items");
  out.margin = given.number("margin");
  return out;
}

InjectionsReport audit_injections(const std::vector<InjectionTables> &injections, double margin) {
  const auto start = std::chrono::steady_clock::now();
  InjectionsReport out;
  out.margin = margin;
  out.injections = injections.size();
  std::vector<InversionCount> before, after, with_plant;
  for (const InjectionTables &one : injections) {
    pulse();
    out.decoys = std::max(out.decoys, one.decoys.size());
    before.push_back(counted(one, attack::decoys_shown(one.before, one.decoys)));
    after.push_back(counted(one, attack::decoys_shown(one.after, one.decoys)));
    with_plant.push_back(planted(one, before.back()));
    out.users += one.holder.size();
  }
  const InversionCount all = sum(after), clean = sum(before), plant = sum(with_plant);
  out.holders = all.n_with();
  if (out.holders == 0 || out.holders == out.users) {
    throw Error(Status::data, out.holders == 0 ? "holders: nobody has the sensitive item"
                                               : "holders: everybody has the sensitive item");
  }
  out.baseline_precision = static_cast<double>(out.holders) / static_cast<double>(out.users);
  const auto rows = [&](const std::vector<InversionCount> &counts) {
    return inversion_rows({}, counts, out.baseline_precision, margin, out.decoys);
  };
  out.rows = rows(after);
  out.before_rows = rows(before);
  out.checks = check_injections(injections, out.baseline_precision);
  out.controls = {inversion_auc(plant), inversion_auc(clean), any_leak(rows(with_plant)),
                  !any_leak(out.before_rows)};
  out.worst = static_cast<std::size_t>(std::max_element(out.rows.begin(), out.rows.end(), worse) -
                                       out.rows.begin());
  const bool clear = std::all_of(out.rows.begin(), out.rows.end(), [](const InversionRow &row) {
    return row.finding == Verdict::no_leak_found;
  });
  if (out.controls.negative_passed && out.controls.positive_passed && voiding(out.checks).empty()) {
    if (any_leak(out.rows)) {
      out.verdict = Verdict::leak;
    } else if (clear) {
      out.verdict = Verdict::no_leak_found;
    }
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace recveil::audit
