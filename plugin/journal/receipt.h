// Receipts: canonical JSON (RFC 8785) with an Ed25519 signature, for anyone to verify.
//   {"receipt":{...},"signature":"<128 lower-case hex digits>"}
// The signature is over the bytes of the value of "receipt". docs/forget.md has the recipe for
// other languages. No line end follows; a text with one is another text, and does not verify.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/keys.h"
#include "journal/types.h"

namespace recveil::journal {

struct ReceiptAttempt {
  std::string table;
  std::uint64_t model_version = 0;
  SnapshotId snapshot{};
  std::uint64_t started_at = 0, acked_at = 0;
  std::uint64_t rows = 0;  // of this request
};

// What the host did to a table besides its rows.
struct TableFacts {
  std::string table;
  std::vector<std::string> stale;  // caches it did not compute anew, named
  std::string index;               // "rows_only", "reassigned", "rebuilt"; "unknown"
};

// What the host adds to what the journal knows.
struct ReceiptFacts {
  std::string algorithm;                 // "optimal_transport", "leace" ...
  std::vector<TableFacts> tables;        // of tables not named nothing was computed anew:
  std::vector<std::string> all_stale;    // every cache there is
  std::vector<std::string> not_touched;  // backups, downstream copies ...
  std::string library_version;
};

struct Receipt {
  RequestInfo request;                // as completed
  std::vector<std::string> subjects;  // pseudonyms of this request alone, hex
  std::vector<ReceiptAttempt> attempts;
  std::vector<std::string> evidence;  // evidence_text of each
  ReceiptFacts facts;
  std::uint64_t chain_seq = 0;  // the entry of the journal before the completion
  Hash chain_hash{};
};

// Canonical JSON: verdict, users, model_version, scores, and which of them is farthest from
// guessing.
std::string evidence_text(const Evidence &evidence);
// The value of "receipt", canonical and so always the same bytes. Throws Error(argument) for text
// that is not UTF-8 or a number that is not finite.
std::string receipt_body(const Receipt &receipt, const ReceiptKey &key);
std::string sign_receipt(std::string_view body, const ReceiptKey &key);
// Is text a receipt, byte for byte as it was issued, of that key? Needs no journal and no secret.
bool verify_receipt(std::string_view text, const PublicKey &key) noexcept;
// The value of "receipt"; throws Error(data) if the text has not that form. Does not verify.
std::string_view receipt_body_of(std::string_view text);

}  // namespace recveil::journal
