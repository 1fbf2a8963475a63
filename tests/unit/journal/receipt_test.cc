#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "journal/canonical_json.h"
#include "journal/person_keys.h"
#include "support/journal_scene.h"

namespace recveil::journal {
namespace {

std::string number_text(double value) {
  return canonical_json(Json(value));
}

// Appendix B of RFC 8785, and the thresholds of ECMAScript's form.
TEST(CanonicalJson, NumbersAsInRfc8785) {
  const auto bits = [](std::uint64_t n) {
    double value = 0;
    std::memcpy(&value, &n, 8);
    return value;
  };
  EXPECT_EQ(number_text(bits(0x0000000000000000)), "0");
  EXPECT_EQ(number_text(bits(0x8000000000000000)), "0");
  EXPECT_EQ(number_text(bits(0x0000000000000001)), "5e-324");
  EXPECT_EQ(number_text(bits(0x8000000000000001)), "-5e-324");
  EXPECT_EQ(number_text(bits(0x7fefffffffffffff)), "1.7976931348623157e+308");
  EXPECT_EQ(number_text(bits(0x4340000000000000)), "9007199254740992");
  EXPECT_EQ(number_text(bits(0x4430000000000000)), "295147905179352830000");
  EXPECT_EQ(number_text(bits(0x44b52d02c7e14af5)), "9.999999999999997e+22");
  EXPECT_EQ(number_text(bits(0x44b52d02c7e14af6)), "1e+23");
  EXPECT_EQ(number_text(bits(0x444b1ae4d6e2ef4e)), "999999999999999700000");
  EXPECT_EQ(number_text(bits(0x444b1ae4d6e2ef50)), "1e+21");
  EXPECT_EQ(number_text(bits(0x3eb0c6f7a0b5ed8c)), "9.999999999999997e-7");
  EXPECT_EQ(number_text(bits(0x3eb0c6f7a0b5ed8d)), "0.000001");
  EXPECT_EQ(number_text(bits(0x41b3de4355555553)), "333333333.3333332");
  EXPECT_EQ(number_text(bits(0xbecbf647612f3696)), "-0.0000033333333333333333");
  EXPECT_EQ(number_text(.5), "0.5");
  EXPECT_EQ(status_of([] { number_text(std::nan("")); }), Status::argument);
  EXPECT_EQ(status_of([] { number_text(std::numeric_limits<double>::infinity()); }),
            Status::argument);
  EXPECT_EQ(status_of([] { canonical_json(Json((std::int64_t{1} << 53) + 1)); }), Status::argument);
}

TEST(CanonicalJson, TextAndOrder) {
  EXPECT_EQ(canonical_json(Json::Object{{"b", Json::Array{true, Json()}},
                                        {"a", "\"\\\b\f\n\r\t\x01/\xe2\x82\xac"}}),
            "{\"a\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001/\xe2\x82\xac\",\"b\":[true,null]}");
  EXPECT_EQ(status_of([] { canonical_json(Json("\xff")); }), Status::argument);
  EXPECT_EQ(status_of([] {
              canonical_json(Json::Object{{"\xe2\x82\xac", 1.0}});
            }),
            Status::argument);
  for (const char *bad :
       {"\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
  EXPECT_TRUE(is_utf8("\xf0\x9f\x92\xa9"));
}

TEST(Receipts, SayWhatWasDoneAndVerify) {
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  journal->submit(ask(1, 1));
  EXPECT_EQ(status_of([&] { journal->receipt(request_id(1)); }), Status::not_found);
  const std::string text = carry_out(*journal, 1, 1);
  EXPECT_EQ(journal->receipt(request_id(1)), text);
  EXPECT_EQ(journal->complete(request_id(1), {"other", {}, {}, {}, "9"}), text);  // issued once
  const PublicKey key = journal->receipt_key().public_key;
  EXPECT_TRUE(verify_receipt(text, key));

  const auto receipt = nlohmann::json::parse(text)["receipt"];
  EXPECT_EQ(receipt["schema"], "recveil.receipt/1");
  EXPECT_EQ(receipt["request_id"], format_uuid(request_id(1)));
  EXPECT_EQ(receipt["state"], "completed");
  EXPECT_EQ(receipt["label_policy"], "leace");
  EXPECT_EQ(receipt["attributes"], nlohmann::json::array({"gender"}));
  EXPECT_EQ(receipt["attempts"][0]["rows"], 1);
  EXPECT_EQ(receipt["attempts"][0]["index"], "rebuilt");
  EXPECT_EQ(receipt["attempts"][0]["stale"], nlohmann::json::array({"norms"}));
  EXPECT_EQ(receipt["evidence"][0]["strongest"]["attacker"], "logistic_regression");
  EXPECT_EQ(receipt["evidence"][0]["scores"][0]["after"]["hi"], .534);
  EXPECT_EQ(receipt["not_touched"][0], "backups");
  EXPECT_EQ(receipt["subjects"].size(), 1U);
  EXPECT_EQ(text.find(hex(person(1))), std::string::npos);
  // The head it names is in the chain.
  ChainHead head;
  head.seq = std::stoull(receipt["chain"]["seq"].get<std::string>());
  const std::string digits = receipt["chain"]["hash"];
  for (std::size_t i = 0; i < 32; ++i) {
    head.hash[i] = static_cast<unsigned char>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
  }
  EXPECT_TRUE(journal->verify(head).ok);

  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const int flip : {1, 0x20, 0x80}) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      EXPECT_FALSE(verify_receipt(changed, key)) << "byte " << i;
    }
  }
  EXPECT_FALSE(verify_receipt(text + "\n", key));
  EXPECT_FALSE(verify_receipt(" " + text, key));
  EXPECT_FALSE(verify_receipt(text.substr(1), key));
  EXPECT_FALSE(verify_receipt("", key));
  PublicKey other = receipt_key(scene_master(), 2).public_key;
  EXPECT_FALSE(verify_receipt(text, other));
  EXPECT_FALSE(verify_receipt(text, PublicKey{}));

  // An Ed25519 that is not libsodium's, a JSON reader that is not ours.
  std::ofstream(folder.file("receipt.json"), std::ios::binary) << text;
  const std::string command = std::string(RECVEIL_PYTHON) + " " + RECVEIL_JOURNAL_REFERENCE +
                              " --receipt " + folder.file("receipt.json") + " " + hex(key);
  EXPECT_EQ(std::system(command.c_str()), 0);
}

// The committed vectors, checked by journal_reference.py too. RECVEIL_WRITE_VECTORS=1 writes them.
TEST(Receipts, Vectors) {
  const Key master = scene_master();
  const JournalKeys keys(master);
  const Key subjects = subject_key(master);
  const std::string raw = "person-1";
  const Subject subject =
      subject_of(subjects, {reinterpret_cast<const unsigned char *>(raw.data()), raw.size()});
  const JournalFolder folder;
  const auto journal = open_journal(folder.file());
  Receipt receipt;
  receipt.request.id = request_id(1);
  receipt.request.state = State::completed;
  receipt.request.attributes = {"gender"};
  receipt.request.finished_at = 1'700'000'000;
  receipt.evidence = {evidence_text(some_evidence())};
  const ReceiptKey first = receipt_key(master, 1);
  nlohmann::json vectors{{"master", hex(master.bytes)},
                         {"subject_key", hex(subjects.bytes)},
                         {"wrap", hex(keys.wrap.bytes)},
                         {"token_key", hex(keys.token.bytes)},
                         {"chain", hex(keys.chain.bytes)},
                         {"rows", hex(keys.rows.bytes)},
                         {"digest_key", hex(keys.digest.bytes)},
                         {"id", raw},
                         {"subject", hex(subject)},
                         {"token", hex(token_of(keys, subject))},
                         {"table", "users"},
                         {"row", "a row"},
                         {"digest", hex(digest_of(*journal, subject, "a row"))},
                         {"receipt_seed_1", hex(first.seed.bytes)},
                         {"receipt_public_1", hex(first.public_key)},
                         {"receipt_seed_2", hex(receipt_key(master, 2).seed.bytes)},
                         {"receipt", sign_receipt(receipt_body(receipt, first), first)}};
  if (std::getenv("RECVEIL_WRITE_VECTORS") != nullptr) {
    std::ofstream(RECVEIL_JOURNAL_VECTORS) << vectors.dump(1) << "\n";
  }
  std::ifstream in(RECVEIL_JOURNAL_VECTORS);
  EXPECT_EQ(nlohmann::json::parse(in), vectors);
}

}  // namespace
}  // namespace recveil::journal
