#include "audit/attribute_host.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "core/error.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kLeastPeople = 20, kLeastRequesters = 50;
constexpr std::size_t kFolds = 5;

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, "embeddings." + what);
}

Matrix matrix_of(const recveil_audit_embeddings &given, const float *from, const char *field) {
  Matrix out{given.n_rows, given.dimension, {}};
  out.data.reserve(given.n_rows * given.dimension);
  for (std::size_t i = 0; i < given.n_rows; ++i) {
    const float *row = from + i * given.row_stride;
    if (!std::all_of(row, row + given.dimension, [](float v) { return std::isfinite(v); })) {
      refuse(std::string(field) + ": row " + std::to_string(i) + " has a value that is not finite");
    }
    out.data.insert(out.data.end(), row, row + given.dimension);
  }
  return out;
}

Interactions lists_of(const recveil_audit_embeddings &given, const std::size_t *offsets,
                      const std::uint32_t *items, const char *field) {
  if (given.n_items == 0 || given.n_items > 0x7FFFFFFF) {
    refuse("n_items: must be in [1, 2^31 - 1] where there are lists");
  }
  Interactions out;
  out.n_items = static_cast<std::uint32_t>(given.n_items);
  for (std::size_t i = 0; i < given.n_rows; ++i) {
    const std::string row = std::string(field) + ": row " + std::to_string(i);
    if (offsets[i] > offsets[i + 1]) refuse(row + ": offsets fall");
    const std::span<const std::uint32_t> list{items + offsets[i], items + offsets[i + 1]};
    for (const std::uint32_t item : list) {
      if (item >= given.n_items) refuse(row + ": an item is not below n_items");
    }
    out.append(list);
  }
  return out;
}

PeopleClasses classes_of(const recveil_audit_embeddings &given, std::size_t a) {
  PeopleClasses out;
  const std::string place = std::to_string(a);
  out.name = given.names != nullptr && given.names[a] != nullptr ? given.names[a] : place;
  if (out.name.size() > 255) refuse("names[" + place + "]: longer than 255 bytes");
  const std::uint32_t classes = given.n_classes[a];
  if (classes < 2 || classes > 256) refuse("n_classes[" + place + "]: must be in [2, 256]");
  for (std::uint32_t k = 0; k < classes; ++k) out.values.push_back(std::to_string(k));
  for (std::size_t i = 0; i < given.n_rows; ++i) {
    const std::int32_t k = given.classes[i * given.n_attributes + a];
    if (k >= static_cast<std::int32_t>(classes)) {
      refuse("classes: row " + std::to_string(i) + ", attribute " + out.name +
             ": not below n_classes");
    }
    out.of_row.push_back(std::max(k, -1));
  }
  return out;
}

}  // namespace

HostInput host_input(const recveil_audit_embeddings &given) {
  HostInput out;
  AttributeEvidence &evidence = out.evidence;
  evidence.rows.push_back(matrix_of(given, given.before, "before"));
  if (given.after != nullptr) evidence.rows.push_back(matrix_of(given, given.after, "after"));
  if (given.after_offsets != nullptr && given.before_offsets == nullptr) {
    refuse("after_offsets: lists after need lists before");
  }
  if (given.after_offsets != nullptr && given.after == nullptr) {
    refuse("after_offsets: lists after need rows after");
  }
  if (given.before_offsets != nullptr) {
    evidence.lists.push_back(
        lists_of(given, given.before_offsets, given.before_items, "before_items"));
  }
  if (given.after_offsets != nullptr) {
    evidence.lists.push_back(
        lists_of(given, given.after_offsets, given.after_items, "after_items"));
  }
  evidence.requesters.assign(given.n_rows, 1);
  if (given.requesters != nullptr) {
    evidence.requesters.assign(given.requesters, given.requesters + given.n_rows);
    if (std::any_of(evidence.requesters.begin(), evidence.requesters.end(),
                    [](std::uint8_t flag) { return flag > 1; })) {
      refuse("requesters: a byte is neither 0 nor 1");
    }
  }
  const auto asked = std::count(evidence.requesters.begin(), evidence.requesters.end(), 1);
  if (asked < static_cast<std::ptrdiff_t>(kLeastRequesters)) {
    refuse("requesters: fewer than " + std::to_string(kLeastRequesters));
  }
  for (std::size_t a = 0; a < given.n_attributes; ++a) {
    out.attributes.push_back(classes_of(given, a));
    std::vector<std::size_t> n(given.n_classes[a]);
    for (std::size_t i = 0; i < given.n_rows; ++i) {
      const std::int32_t k = out.attributes[a].of_row[i];
      if (k >= 0 && evidence.requesters[i] != 0) ++n[static_cast<std::size_t>(k)];
    }
    if (std::count_if(n.begin(), n.end(), [](std::size_t c) { return c >= kLeastPeople; }) < 2) {
      throw Error(Status::data, "attribute " + out.attributes[a].name +
                                    ": fewer than two classes have " +
                                    std::to_string(kLeastPeople) + " of the people who asked");
    }
  }
  if (given.margin != 0) {
    if (!(given.margin > 0 && given.margin <= 0.5)) refuse("margin: must be in (0, .5]");
    out.margin = given.margin;
  }
  out.xgboost = (given.flags & RECVEIL_AUDIT_WITH_XGBOOST) != 0;
  return out;
}

HostAudit audit_host(HostInput input, const std::function<void(double, const char *)> &progress) {
  const auto began = std::chrono::steady_clock::now();
  HostAudit out;
  out.input = std::move(input);
  const HostInput &in = out.input;
  const AttributeEvidence &evidence = in.evidence;
  std::vector<std::string> sources{"embedding"};
  if (!evidence.lists.empty()) sources.push_back("list");
  const AttributeAttackers attackers = attribute_attackers({}, sources, in.xgboost);
  out.absent = attackers.absent;
  out.requesters = static_cast<std::size_t>(
      std::count(evidence.requesters.begin(), evidence.requesters.end(), std::uint8_t{1}));
  for (const PeopleClasses &people : in.attributes) {
    out.counts.push_back(count_classes(people, evidence.rows.front().cols));
  }
  const TrialOptions options{out.requesters < evidence.requesters.size() ? 2 : kFolds, true};
  const double steps = static_cast<double>(in.seeds * in.attributes.size() *
                                           (attackers.rows.size() + attackers.lists.size()));
  double done = 0;
  progress(0, "attacking");
  out.controls =
      attribute_controls(evidence, in.attributes, attackers, options, in.first_seed, in.margin);
  std::vector<AttributeSplit> splits;
  for (std::uint32_t s = 0; s < in.seeds; ++s) {
    splits.push_back(read_split(evidence, in.attributes, attackers, options, in.first_seed + s,
                                [&] { progress(++done / steps, "attacking"); }));
  }
  const std::vector<StageReport> stages = summarize_stages(splits, evidence.rows.size());
  out.report.before = stages.front();
  out.report.after = stages.back();
  judge_report(out.report, out.controls, out.counts, in.margin);
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return out;
}

}  // namespace recveil::audit
