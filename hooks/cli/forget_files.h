// What the subcommands of `recveil forget` share: options, the journal, UUIDs, requests in JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "library.h"
#include "recveil/recveil.hpp"

namespace recveil::cli {

struct ForgetOptions {
  std::string config;
  std::vector<std::string> ids;  // of requests
  std::string file;              // a request, a receipt, a report
  std::string reason, state, key, users = "auto";
  std::vector<std::string> subjects, attributes;  // ids of a person; names
  // A table.
  std::string table = "users", embeddings, row_ids, classes, output;
  std::string method;  // empty: the library's default
  std::uint64_t model_version = 0, seed = 1;
  std::size_t frozen_tail = 0;
  // Completion.
  std::vector<std::string> rebuilt, not_touched;
  std::string index;
  bool audit = true, admit_leak = false, json = false, strict = false, force = false;
  std::uint64_t anchor_seq = 0;
  std::string anchor_hash;
};

// The engine of --config and its journal. flags: RECVEIL_FORGET_READ_ONLY, ...
struct OpenJournal {
  OpenJournal(const std::shared_ptr<const Api> &api, const std::string &config,
              std::uint32_t flags);
  Engine engine;
  Forget forget;
};

// "f81d4fae-7dec-11d0-a765-00a0c91e6bf6". Throws std::runtime_error.
recveil_forget_id parse_uuid(const std::string &text);
std::string format_uuid(const recveil_forget_id &id);
std::string hex(const std::uint8_t *bytes, std::size_t n);
std::vector<std::uint8_t> from_hex(const std::string &text, std::size_t n, const char *what);
// A file, or standard input for "-".
std::string read_input(const std::string &path);

// The recveil_user of an id: the number it is, as --users says, or its keyed hash. false: none.
bool user_of(const Engine &engine, const std::string &id, const std::string &users,
             recveil_user &out);

// forget_requests.cc
int run_forget_submit(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_status(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_list(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_change(const std::shared_ptr<const Api> &api, const ForgetOptions &options,
                      recveil_forget_change_kind change);
int run_forget_withdraw(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
// forget_receipts.cc
int run_forget_complete(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_receipt(const std::shared_ptr<const Api> &api, const ForgetOptions &options,
                       bool verify, bool public_key);
int run_forget_verify(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
// forget_table.cc
int run_forget_plan(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_apply(const std::shared_ptr<const Api> &api, const ForgetOptions &options);

}  // namespace recveil::cli
