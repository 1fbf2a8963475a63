// The columns of the journal's tables, in the order of schema.cc: row[RequestColumn::state].
#pragma once

#include <cstddef>

namespace recveil::journal {

struct EntryColumn {  // of the chain; read by query, not as a Row
  enum : int { seq, at, event, request, state, content, content_hash, hash };
};
struct RequestColumn {
  enum : std::size_t {
    id,
    number,
    kind,
    state,
    regulation,
    label_policy,
    received_at,
    due_at,
    updated_at,
    finished_at,
    n_subjects,
    retries,
    attributes,
    policy,
    reason,
    payload,
    count
  };
};
struct RequestSubjectColumn {
  enum : std::size_t { request, pseudonym, count };
};
struct PersonColumn {  // and those of label_key
  enum : std::size_t { token, wrapped, count };
};
struct OwedColumn {
  enum : std::size_t { token, attribute, request, count };
};
struct StandingColumn {
  enum : std::size_t { token, attribute, kind, label_policy, count };
};
struct LabelColumn {
  enum : std::size_t { token, attribute, sealed, count };
};
struct RowStateColumn {
  enum : std::size_t { token, table, part, digest, model_version, covered, count };
};
struct AttemptColumn {
  enum : std::size_t {
    id,
    table,
    model_version,
    snapshot,
    started_at,
    acked_at,
    total,
    unconfirmed,
    count
  };
};
struct AttemptRowColumn {
  enum : std::size_t { token, attempt, part, table, before, after, count };
};
struct AttemptRequestColumn {
  enum : std::size_t { request, attempt, total, count };
};
struct ReceiptColumn {
  enum : std::size_t { request, body, count };
};
struct EvidenceColumn {
  enum : std::size_t { id, content, count };
};
struct RequestEvidenceColumn {
  enum : std::size_t { request, evidence, count };
};
struct ModelColumn {
  enum : std::size_t { table, model_version, order, first_at, count };
};
struct ForgottenRowsColumn {
  enum : std::size_t { token, table, part, up_to, count };
};

}  // namespace recveil::journal
