#include "hooks/forget/table_work.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::hooks {
namespace {

using journal::Kind;
using journal::LabelPolicy;
using journal::RowAction;
using Names = std::vector<std::string>;

// A row that owes something: where it is, what the host told of it, what the journal wants.
struct Owing {
  std::size_t row = 0;
  std::size_t place = 0;   // in the rows presented
  std::uint32_t part = 0;  // of the person's rows in the table
  journal::Digest now{};
  journal::PlannedRow plan{};
};

journal::Digest digest_of(const journal::Journal &journal, const ForgetTable &table,
                          std::size_t row) {
  return journal.row_digest(table.subjects[row], table.name, table.rows.bytes(row));
}

// Which of a person's rows in the table each row is: 0 for the first, 1 for the second, ... A
// person has several where accounts were merged. Only rows of the persons named are counted.
class Parts {
 public:
  explicit Parts(const ForgetTable &table) : table_(table) {}
  void add(std::size_t row) { rows_[table_.subjects[row]]; }
  void count() {
    for (std::size_t row = 0; row < table_.subjects.size(); ++row) {
      const auto found = rows_.find(table_.subjects[row]);
      if (found != rows_.end()) found->second.push_back(row);
    }
  }
  std::uint32_t of(std::size_t row) const {
    const auto &rows = rows_.at(table_.subjects[row]);
    return static_cast<std::uint32_t>(std::lower_bound(rows.begin(), rows.end(), row) -
                                      rows.begin());
  }

 private:
  const ForgetTable &table_;
  std::map<journal::Subject, std::vector<std::size_t>> rows_;
};

// Presented rows that owe something. Only their values are read.
std::vector<Owing> owing(const journal::Journal &journal, const ForgetTable &table,
                         std::span<const std::size_t> rows) {
  std::vector<journal::Subject> gathered;
  std::span<const journal::Subject> subjects = table.subjects;
  if (!rows.empty()) {
    gathered.reserve(rows.size());
    for (const std::size_t row : rows) gathered.push_back(table.subjects[row]);
    subjects = gathered;
  }
  std::vector<Owing> out;
  Parts parts(table);
  for (const journal::OwedRow &owed : journal.owed(subjects)) {
    Owing one;
    one.place = owed.index;
    one.row = rows.empty() ? owed.index : rows[owed.index];
    parts.add(one.row);
    out.push_back(std::move(one));
  }
  parts.count();
  std::vector<journal::RowNow> now;
  for (Owing &one : out) {
    pulse();
    one.part = parts.of(one.row);
    one.now = digest_of(journal, table, one.row);
    now.push_back({table.subjects[one.row], one.now, one.part});
  }
  std::vector<Owing> planned;
  // What was owed a moment ago may be cancelled by now.
  for (journal::PlannedRow &plan : journal.plan(table.name, table.model_version, now)) {
    Owing &one = out[plan.index];
    one.plan = std::move(plan);
    planned.push_back(std::move(one));
  }
  return planned;
}

std::optional<std::size_t> place_of(const ForgetTable &table, const std::string &attribute) {
  const auto found = std::find(table.attributes.begin(), table.attributes.end(), attribute);
  if (found == table.attributes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - table.attributes.begin());
}

const journal::OwedAttribute &owed_of(const Owing &one, const std::string &attribute) {
  return *std::find_if(one.plan.owed.begin(), one.plan.owed.end(),
                       [&](const auto &owed) { return owed.attribute == attribute; });
}

std::optional<std::int32_t> sealed_class(const journal::Journal &journal,
                                         const journal::Subject &subject,
                                         const std::string &attribute) {
  const auto text = journal.open_label(subject, attribute);
  std::int32_t out = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), out).ec != std::errc()) {
    return std::nullopt;
  }
  return out;
}

// The bit of each attribute to be taken out that the table names.
std::uint16_t bits_of(const ForgetTable &table, const Names &attributes, bool &unlisted) {
  std::uint16_t bits = 0;
  for (const std::string &attribute : attributes) {
    if (attribute.empty()) continue;
    const auto at = place_of(table, attribute);
    if (at) {
      bits = static_cast<std::uint16_t>(bits | (1U << *at));
    } else {
      unlisted = true;
    }
  }
  return bits;
}

void add_sorted(Names &names, const std::string &name) {
  const auto at = std::lower_bound(names.begin(), names.end(), name);
  if (at == names.end() || *at != name) names.insert(at, name);
}

class Application {
 public:
  Application(journal::Journal &journal, const ForgetTable &table, const defense::ErasureMap *map,
              std::span<const std::int32_t> classes, const defense::DrawKey &key)
      : journal_(journal),
        table_(table),
        map_(map),
        classes_(classes),
        key_(key),
        d_(table.rows.d()),
        row_(d_) {
    if (map_ == nullptr) return;
    scratch_.resize(map_->scratch_floats());
    if (map_->needs_users() && table_.users.size() != table_.rows.rows()) {
      throw Error(Status::argument,
                  "forget_table.users: is NULL, and the map places users who share a row");
    }
  }

  Applied run(std::vector<Owing> rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i % 256 == 0) report_progress(.9 * double(i) / double(rows.size()), "mapping rows");
      step(rows[i]);
    }
    report_progress(.9, "writing the journal");
    if (done_.resurrected > 0) {
      journal_.note_resurrected(table_.name, table_.model_version, done_.resurrected);
    }
    if (!work_.empty()) {
      journal::AttemptStart start{table_.name, table_.model_version, {}};
      if (map_ != nullptr && done_.mapped > 0) {
        std::copy_n(map_->id().begin(), start.snapshot.size(), start.snapshot.begin());
      }
      done_.attempt = journal_.begin_attempt(start, work_, labels_);
    }
    // Durable: from here on nothing fails.
    for (std::size_t i = 0; i < written_.size(); ++i) {
      table_.rows.write(written_[i], &values_[i * d_]);
    }
    if (!written_.empty()) done_.shift /= static_cast<double>(written_.size());
    return done_;
  }

 private:
  void step(Owing &one) {
    switch (one.plan.action) {
      case RowAction::skip:
        ++done_.skipped;
        if (asked_anew(one)) record(one, nullptr, one.plan.covered_before);
        return;
      case RowAction::resurrected:
        ++done_.resurrected;
        return;
      case RowAction::map:
        break;
    }
    const Names &wanted = one.plan.attributes;
    const bool whole = std::binary_search(wanted.begin(), wanted.end(), "");
    if (whole && owed_of(one, "").kind == Kind::erase) {
      Names covered = one.plan.covered_before;
      for (const std::string &attribute : wanted) add_sorted(covered, attribute);
      const std::vector<float> nothing(d_, 0.0F);
      ++done_.emptied;
      count_again(one);
      record(one, nothing.data(), std::move(covered));
      return;
    }
    Names covered = one.plan.covered_before;
    if (whole) add_sorted(covered, "");
    bool unlisted = false;
    const std::uint16_t bits = bits_of(table_, wanted, unlisted);
    if (bits == 0) {
      if (whole) {
        record(one, nullptr, std::move(covered));
      } else {
        ++done_.wrong_map;
      }
      return;
    }
    std::vector<float> mapped(d_);
    if (!map_row(one, bits, mapped)) {
      if (whole) record(one, nullptr, std::move(covered));
      return;
    }
    for (std::size_t a = 0; a < table_.attributes.size(); ++a) {
      if ((bits >> a & 1U) != 0) add_sorted(covered, table_.attributes[a]);
    }
    ++done_.mapped;
    count_again(one);
    record(one, mapped.data(), std::move(covered));
  }

  // Does a request wait for its first attempt although nothing is left to do to the row?
  bool asked_anew(const Owing &one) {
    for (const auto &owed : one.plan.owed) {
      for (const journal::RequestId &id : owed.requests) {
        const auto [at, fresh] = received_.try_emplace(id, false);
        if (fresh) {
          const auto info = journal_.status(id);
          at->second = info && info->state == journal::State::received;
        }
        if (at->second) return true;
      }
    }
    return false;
  }

  bool map_row(const Owing &one, std::uint16_t bits, std::vector<float> &out) {
    if (map_ == nullptr) {
      ++done_.wrong_map;
      return false;
    }
    const bool needs = map_->needs_labels();
    std::vector<std::int32_t> classes(table_.attributes.size(), defense::kUnknown);
    std::vector<journal::SealedLabel> told_now;
    for (std::size_t a = 0; a < classes.size(); ++a) {
      const bool wanted = (std::uint32_t{bits} >> a & 1U) != 0;
      if (!needs) {
        // One map for all attributes: none may go that nobody asked for.
        if (!wanted) {
          ++done_.wrong_map;
          return false;
        }
        continue;
      }
      if (!wanted) continue;
      const std::string &attribute = table_.attributes[a];
      const LabelPolicy policy = owed_of(one, attribute).label_policy;
      if (policy == LabelPolicy::leace) {
        ++done_.wrong_map;
        return false;
      }
      const std::int32_t told =
          classes_.empty() ? defense::kUnknown : classes_[one.place * classes.size() + a];
      const journal::Subject &subject = table_.subjects[one.row];
      std::optional<std::int32_t> known;
      if (policy == LabelPolicy::sealed) known = sealed_class(journal_, subject, attribute);
      if (told >= 0) {
        if (policy == LabelPolicy::sealed && known != told) {
          told_now.push_back({subject, attribute, std::to_string(told)});
        }
        known = told;
      }
      if (!known) {
        ++done_.no_class;
        return false;
      }
      if (*known < 0 || static_cast<std::size_t>(*known) >= map_->attributes()[a].classes.size()) {
        throw Error(Status::argument, "classes: the map has no class " + std::to_string(*known) +
                                          " of " + attribute + " (row " + std::to_string(one.row) +
                                          ")");
      }
      classes[a] = *known;
    }
    defense::RowOwners owner;
    if (map_->needs_users()) owner = {&key_, table_.users.subspan(one.row, 1)};
    table_.rows.read(one.row, row_.data());
    if (!map_->apply(row_.data(), classes, out.data(), scratch_.data(), owner)) {
      throw Error(Status::data, "rows: row " + std::to_string(one.row) +
                                    " is not finite, before the map or after it");
    }
    labels_.insert(labels_.end(), told_now.begin(), told_now.end());
    return true;
  }

  void count_again(const Owing &one) { done_.again += one.plan.known; }

  // after: NULL: the row stays as it is.
  void record(const Owing &one, const float *after, Names covered) {
    journal::RowWork work;
    work.subject = table_.subjects[one.row];
    work.before = one.now;
    work.after = one.now;
    if (after != nullptr) {
      work.after = table_.rows.with_bytes_of(after, [&](std::span<const unsigned char> bytes) {
        return journal_.row_digest(work.subject, table_.name, bytes);
      });
    }
    work.covered_before = one.plan.covered_before;
    work.covered_after = std::move(covered);
    work.part = one.part;
    work_.push_back(std::move(work));
    if (after == nullptr) return;
    table_.rows.read(one.row, row_.data());
    double moved = 0, length = 0;
    for (std::size_t i = 0; i < d_; ++i) {
      const double step = static_cast<double>(after[i]) - static_cast<double>(row_[i]);
      moved += step * step;
      length += static_cast<double>(row_[i]) * static_cast<double>(row_[i]);
    }
    if (length > 0) done_.shift += std::sqrt(moved / length);
    written_.push_back(one.row);
    values_.insert(values_.end(), after, after + d_);
  }

  journal::Journal &journal_;
  const ForgetTable &table_;
  const defense::ErasureMap *map_;
  std::span<const std::int32_t> classes_;
  const defense::DrawKey &key_;
  const std::size_t d_;
  std::vector<float> row_, scratch_;
  std::map<journal::RequestId, bool> received_;
  std::vector<journal::RowWork> work_;
  std::vector<std::size_t> written_;
  std::vector<float> values_;
  std::vector<journal::SealedLabel> labels_;
  Applied done_;
};

}  // namespace

std::vector<RowPlan> plan_rows(const journal::Journal &journal, const ForgetTable &table,
                               std::span<const std::size_t> rows) {
  std::vector<RowPlan> out;
  for (const Owing &one : owing(journal, table, rows)) {
    RowPlan plan;
    plan.row = one.row;
    plan.action = one.plan.action;
    plan.attributes = bits_of(table, one.plan.attributes, plan.unlisted);
    if (plan.action != RowAction::map) plan.attributes = 0;
    for (std::size_t a = 0; a < table.attributes.size(); ++a) {
      if ((std::uint32_t{plan.attributes} >> a & 1U) == 0) continue;
      const std::string &attribute = table.attributes[a];
      const LabelPolicy policy = owed_of(one, attribute).label_policy;
      const bool ask = policy == LabelPolicy::host ||
                       (policy == LabelPolicy::sealed &&
                        !sealed_class(journal, table.subjects[one.row], attribute));
      if (ask) plan.asked = static_cast<std::uint16_t>(plan.asked | (1U << a));
    }
    out.push_back(plan);
  }
  return out;
}

Applied apply_rows(journal::Journal &journal, const ForgetTable &table,
                   std::span<const std::size_t> rows, const defense::ErasureMap *map,
                   std::span<const std::int32_t> classes, const defense::DrawKey &key) {
  Application application(journal, table, map, classes, key);
  return application.run(owing(journal, table, rows));
}

journal::AckResult ack_rows(journal::Journal &journal, std::uint64_t attempt,
                            const ForgetTable &table) {
  const auto owed = journal.owed(table.subjects);
  Parts parts(table);
  for (const journal::OwedRow &row : owed) parts.add(row.index);
  parts.count();
  std::vector<journal::RowNow> now;
  for (const journal::OwedRow &row : owed) {
    pulse();
    now.push_back(
        {table.subjects[row.index], digest_of(journal, table, row.index), parts.of(row.index)});
  }
  report_progress(.5, "reading the rows back");
  journal::AckResult result = journal.ack(attempt, table.model_version, now);
  journal.advance(result.done, journal::State::verifying);
  return result;
}

}  // namespace recveil::hooks
