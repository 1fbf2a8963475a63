#include "journal/receipt.h"

#include <sodium.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "journal/canonical_json.h"

namespace recveil::journal {
namespace {

constexpr std::string_view kBefore = "{\"receipt\":";
constexpr std::string_view kBetween = ",\"signature\":\"";
constexpr std::string_view kAfter = "\"}";
constexpr std::size_t kHex = 2 * crypto_sign_BYTES;

Json time(std::uint64_t seconds) {
  return static_cast<std::int64_t>(seconds);
}
Json count(std::uint64_t n) {
  return static_cast<std::int64_t>(n);
}

Json texts(const std::vector<std::string> &all) {
  return Json::Array(all.begin(), all.end());
}

Json estimate(const Estimate &e) {
  return Json::Object{{"value", e.value}, {"lo", e.lo}, {"hi", e.hi}};
}

}  // namespace

namespace {

Json score_json(const Score &score) {
  return Json::Object{{"attacker", score.attacker},       {"protocol", score.protocol},
                      {"source", score.source},           {"attribute", score.attribute},
                      {"before", estimate(score.before)}, {"after", estimate(score.after)}};
}

// An AUC below .5 tells as much as one above it.
double distance_from_guessing(const Score &score) {
  return std::abs(score.after.value - .5);
}

// Of a table that the host does not name nothing is known to be computed anew.
const TableFacts &facts_of(const ReceiptFacts &facts, const std::string &table,
                           const TableFacts &unknown) {
  const auto found = std::find_if(facts.tables.begin(), facts.tables.end(),
                                  [&](const TableFacts &named) { return named.table == table; });
  return found != facts.tables.end() ? *found : unknown;
}

}  // namespace

std::string evidence_text(const Evidence &evidence) {
  Json::Array scores;
  for (const Score &score : evidence.scores) scores.push_back(score_json(score));
  Json::Object out{{"verdict", evidence.verdict},
                   {"users", count(evidence.users)},
                   {"model_version", std::to_string(evidence.model_version)},
                   {"scores", std::move(scores)}};
  const auto strongest = std::max_element(
      evidence.scores.begin(), evidence.scores.end(), [](const Score &a, const Score &b) {
        return distance_from_guessing(a) < distance_from_guessing(b);
      });
  if (strongest != evidence.scores.end()) out.emplace("strongest", score_json(*strongest));
  return canonical_json(out);
}

std::string receipt_body(const Receipt &receipt, const ReceiptKey &key) {
  const RequestInfo &request = receipt.request;
  Json::Array attempts;
  const TableFacts unknown{"", receipt.facts.all_stale, "unknown"};
  for (const ReceiptAttempt &attempt : receipt.attempts) {
    const TableFacts &table = facts_of(receipt.facts, attempt.table, unknown);
    attempts.push_back(Json::Object{{"table", attempt.table},
                                    {"model_version", std::to_string(attempt.model_version)},
                                    {"snapshot", hex(attempt.snapshot)},
                                    {"started_at", time(attempt.started_at)},
                                    {"acked_at", time(attempt.acked_at)},
                                    {"rows", count(attempt.rows)},
                                    {"stale", texts(table.stale)},
                                    {"index", table.index}});
  }
  Json::Array evidence;
  for (const std::string &item : receipt.evidence) evidence.push_back(Json::Canonical{item});
  Hash policy;
  crypto_generichash(policy.data(), policy.size(),
                     reinterpret_cast<const unsigned char *>(request.policy.data()),
                     request.policy.size(), nullptr, 0);
  return canonical_json(Json::Object{
      {"schema", "recveil.receipt/1"},
      {"request_id", format_uuid(request.id)},
      {"kind", name_of(request.kind)},
      {"state", name_of(request.state)},
      {"regulation", name_of(request.regulation)},
      {"attributes", texts(request.attributes)},
      {"label_policy", name_of(request.label_policy)},
      {"policy_blake2b", hex(policy)},
      {"received_at", time(request.received_at)},
      {"due_at", time(request.due_at)},
      {"completed_at", time(request.finished_at)},
      {"subjects", texts(receipt.subjects)},
      {"attempts", std::move(attempts)},
      {"evidence", std::move(evidence)},
      {"algorithm", receipt.facts.algorithm},
      {"not_touched", texts(receipt.facts.not_touched)},
      {"library", receipt.facts.library_version},
      {"chain",
       Json::Object{{"seq", std::to_string(receipt.chain_seq)}, {"hash", hex(receipt.chain_hash)}}},
      {"key",
       Json::Object{
           {"algorithm", "Ed25519"}, {"version", key.version}, {"public", hex(key.public_key)}}},
  });
}

std::string sign_receipt(std::string_view body, const ReceiptKey &key) {
  PublicKey unused;
  unsigned char secret[crypto_sign_SECRETKEYBYTES];
  unsigned char signature[crypto_sign_BYTES];
  crypto_sign_seed_keypair(unused.data(), secret, key.seed.bytes.data());
  crypto_sign_detached(signature, nullptr, reinterpret_cast<const unsigned char *>(body.data()),
                       body.size(), secret);
  sodium_memzero(secret, sizeof secret);
  return std::string(kBefore) + std::string(body) + std::string(kBetween) + hex(signature) +
         std::string(kAfter);
}

std::string_view receipt_body_of(std::string_view text) {
  const std::size_t tail = kBetween.size() + kHex + kAfter.size();
  if (text.size() < kBefore.size() + tail || !text.starts_with(kBefore) ||
      !text.ends_with(kAfter) || text.substr(text.size() - tail, kBetween.size()) != kBetween) {
    throw Error(Status::data, "not a receipt");
  }
  return text.substr(kBefore.size(), text.size() - kBefore.size() - tail);
}

bool verify_receipt(std::string_view text, const PublicKey &key) noexcept {
  try {
    if (sodium_init() < 0) return false;
    const std::string_view body = receipt_body_of(text);
    const std::string_view digits = text.substr(text.size() - kAfter.size() - kHex, kHex);
    unsigned char signature[crypto_sign_BYTES];
    for (std::size_t i = 0; i < kHex; ++i) {
      const char c = digits[i];
      const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
      if (value < 0) return false;  // upper case too: one receipt, one text
      signature[i / 2] =
          static_cast<unsigned char>(i % 2 == 0 ? value << 4 : signature[i / 2] | value);
    }
    return crypto_sign_verify_detached(signature,
                                       reinterpret_cast<const unsigned char *>(body.data()),
                                       body.size(), key.data()) == 0;
  } catch (...) {
    return false;
  }
}

}  // namespace recveil::journal
