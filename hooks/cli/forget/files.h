// What the subcommands of `recveil forget` share: options, the journal.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "library.h"
#include "recveil/recveil.hpp"
#include "uuid.h"

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
  bool audit = true, admit_leak = false, json = false, strict = false;
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

// A file, or standard input for "-".
std::string read_input(const std::string &path);

// The recveil_user of an id: the number it is, as --users says, or its keyed hash. false: none.
bool user_of(const Engine &engine, const std::string &id, const std::string &users,
             recveil_user &out);

// requests.cc
int run_forget_submit(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_status(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_list(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_change(const std::shared_ptr<const Api> &api, const ForgetOptions &options,
                      recveil_forget_change_kind change);
int run_forget_withdraw(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
// receipts.cc
int run_forget_complete(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_receipt(const std::shared_ptr<const Api> &api, const ForgetOptions &options,
                       bool verify, bool public_key);
int run_forget_verify(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
// table.cc
int run_forget_plan(const std::shared_ptr<const Api> &api, const ForgetOptions &options);
int run_forget_apply(const std::shared_ptr<const Api> &api, const ForgetOptions &options);

}  // namespace recveil::cli
