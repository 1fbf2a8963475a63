// The words of the journal: requests, their states, rows and what became of them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/estimate.h"

namespace recveil::journal {

// The caller's UUID, in the byte order of its text form.
using RequestId = std::array<unsigned char, 16>;
// A person: a keyed hash of the host's id (keys.h subject_of), never the id itself.
using Subject = std::array<unsigned char, 16>;
// A row of an embedding table: a keyed hash of its bytes (Journal::row_digest).
using Digest = std::array<unsigned char, 16>;
// The published set of maps of one fit, all classes of it. Random: the class of a person is a
// label, and nothing here may lead to it.
using SnapshotId = std::array<unsigned char, 16>;
using Hash = std::array<unsigned char, 32>;

// erase: the whole person; attribute: attributes leave the embedding; rectify: an attribute was
// wrong and is learned again; object: no personalised processing. Values are stored: never change.
enum class Kind : std::uint8_t { erase = 1, attribute = 2, rectify = 3, object = 4 };

// received -> (held) -> applying -> verifying -> publishing -> completed; exits rejected,
// cancelled, noop (nobody of that name) and failed, from which only retry leads back.
enum class State : std::uint8_t {
  received = 1,
  held = 2,
  applying = 3,
  verifying = 4,
  publishing = 5,
  completed = 6,
  rejected = 7,
  cancelled = 8,
  noop = 9,
  failed = 10,
};
inline constexpr std::size_t kStates = 10;  // counts are indexed by state - 1

enum class Regulation : std::uint8_t { none = 0, gdpr = 1, ccpa = 2, other = 3 };

// Where the label comes from when a standing order is applied again.
// leace: no label is needed; sealed: kept under a key of the person for that alone; host: asked
// for. RECVEIL_LABELS_*.
enum class LabelPolicy : std::uint8_t { unset = 0, leace = 1, sealed = 2, host = 3 };

// What an operator does to a request by hand. RECVEIL_FORGET_HOLD, ...
enum class Change : std::uint8_t {
  hold = 1,  // a legal hold, doubts of identity
  release = 2,
  cancel = 3,
  reject = 4,
  nobody = 5,  // the host has no row of them; leaves tombstones as a completion does
  fail = 6,
  retry = 7,
};
inline constexpr std::size_t kChanges = 7;

// The names used in JSON and by the command. kind_from_name and the like throw Error(argument).
std::string_view name_of(Kind kind) noexcept;
std::string_view name_of(State state) noexcept;
std::string_view name_of(Regulation regulation) noexcept;
std::string_view name_of(LabelPolicy policy) noexcept;
Kind kind_from_name(std::string_view name);
State state_from_name(std::string_view name);
Regulation regulation_from_name(std::string_view name);
LabelPolicy label_policy_from_name(std::string_view name);

// "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" in either case. Throws Error(argument).
RequestId parse_uuid(std::string_view text);
std::string format_uuid(const RequestId &id);

// Times are Unix seconds.
struct Submission {
  RequestId id{};
  Kind kind = Kind::attribute;
  std::vector<Subject> subjects;        // 1 to 256: one person may have several ids
  std::vector<std::string> attributes;  // at most 32 of 1 to 64 bytes; at least one for attribute
                                        // and rectify, none for erase and object
  Regulation regulation = Regulation::none;
  std::uint64_t received_at = 0;                  // 0: now
  std::uint64_t due_at = 0;                       // 0: Options::deadline_seconds after received_at
  LabelPolicy label_policy = LabelPolicy::unset;  // unset: Options::label_policy
  std::string policy;  // the policy in force when the request came, at most 64 KiB; only its text
                       // is kept, it is not read
};

// RECVEIL_FORGET_ACCEPTED, ...
enum class Accepted : std::uint8_t {
  accepted = 1,  // durable now
  already = 2,   // the same request was accepted before; see state
  conflict = 3,  // another request has this id; nothing changed
};
struct SubmitResult {
  Accepted result = Accepted::accepted;
  State state = State::received;
};

struct RequestInfo {
  RequestId id{};
  std::uint64_t number = 0;  // in order of acceptance; a cursor
  Kind kind = Kind::attribute;
  State state = State::received;
  Regulation regulation = Regulation::none;
  LabelPolicy label_policy = LabelPolicy::leace;
  std::uint64_t received_at = 0, due_at = 0, updated_at = 0;
  std::uint64_t finished_at = 0;  // 0 while open
  std::uint32_t n_subjects = 0;   // who they are is not kept here
  std::uint32_t n_retries = 0;
  std::vector<std::string> attributes;
  std::string policy;
  std::string reason;  // given with the last change
};

// A state a row is known to have been in: before an application or after one. covered: the
// attributes that are gone from it, sorted.
struct KnownRow {
  Digest digest{};
  std::uint64_t model_version = 0;
  std::vector<std::string> covered;
  std::uint32_t part = 0;  // of the person's rows in the table
};

// What the journal wants done to the row of a person it was shown.
struct OwedAttribute {
  std::string attribute;  // "" for the whole person (erase, object)
  Kind kind = Kind::attribute;
  LabelPolicy label_policy = LabelPolicy::leace;
  bool standing = false;            // a tombstone asks for it
  std::vector<RequestId> requests;  // open requests that ask for it, without held ones
};
struct OwedRow {
  std::size_t index = 0;            // into the subjects that were shown
  std::vector<OwedAttribute> owed;  // sorted by attribute, never empty
};

// One row of an attempt. covered_*: attributes gone from the row before and after, sorted; before
// == after (and the same covered) records a row that needs nothing done.
// part: which of the person's rows in the table it is: 0 for the first, 1 for the second, ...
struct RowWork {
  Subject subject{};
  Digest before{}, after{};
  std::vector<std::string> covered_before, covered_after;
  std::uint32_t part = 0;
};

struct RowNow {
  Subject subject{};
  Digest now{};
  std::uint32_t part = 0;
};

// A class told for an order that keeps it sealed, at most 60 bytes.
struct SealedLabel {
  Subject subject{};
  std::string attribute, label;
};

enum class RowOutcome : std::uint8_t {
  confirmed,    // reads back as mapped
  unwritten,    // still as before: write it (again)
  resurrected,  // neither, in the same model version: somebody else wrote it
  unknown,      // not part of this attempt
};

// Attack scores before and after, with 95 % intervals, as the audit gave them.
struct Score {
  std::string attacker;   // "logistic_regression", "mlp" ...
  std::string protocol;   // "transfer" or "adaptive"
  std::string source;     // as RECVEIL_SOURCE_*: "embedding", "list" ...
  std::string attribute;  // "gender"
  Estimate before, after;
};
struct Evidence {
  std::string verdict;      // "no_leak_found", "leak", "inconclusive", or why there is none
  std::uint64_t users = 0;  // of the erased cohort
  std::uint64_t model_version = 0;
  std::vector<Score> scores;
};

}  // namespace recveil::journal
