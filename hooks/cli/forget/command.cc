// `recveil forget`: its options.
#include <memory>

#include "commands.h"
#include "forget/files.h"
#include "outputs.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Options = std::shared_ptr<ForgetOptions>;

constexpr const char *kRequestHelp =
    "A request is JSON in the shape of OpenDSR, or an array of them:\n"
    "  {\"subject_request_id\": UUID, \"subject_request_type\": \"erasure\", \"regulation\": "
    "\"gdpr\",\n"
    "   \"submitted_time\": \"2026-11-28T04:59:00Z\",\n"
    "   \"subject_identities\": [{\"identity_type\": \"customer_id\", \"identity_value\": "
    "\"42\"}],\n"
    "   \"extensions\": {\"recveil\": {\"kind\": \"attribute\", \"attributes\": [\"gender\"]}}}\n"
    "kind: erase (default), attribute, rectify or object. label_policy: leace, sealed or host.\n"
    "Exit status: 0 accepted, now or before; 2 bad input, or a conflict: another request has the "
    "id.";

void add_table(CLI::App *command, const Options &options) {
  command->add_option("--table", options->table, "the table's name (default: users)");
  command
      ->add_option("--model-version", options->model_version,
                   "number of the model; never the same for two trainings")
      ->required();
  command->add_option("--embeddings", options->embeddings, "FILE.npy of rows")->required();
  command
      ->add_option("--ids", options->row_ids,
                   "FILE: the id of each row, one a line, written as in the requests")
      ->required();
  command
      ->add_option("--attribute", options->attributes,
                   "attributes, in the order of the classes (default: the columns of --classes)")
      ->delimiter(',');
  command->add_option("--frozen-tail", options->frozen_tail,
                      "how many last columns are left as they are, such as biases");
  command->add_flag("--strict", options->strict,
                    "open requests that name nobody in --ids are an error");
}

class Subcommands {
 public:
  Subcommands(CLI::App *forget, Context &context) : forget_(forget), context_(context) {}

  template <class Run>
  CLI::App *add(const char *name, const char *help, const Options &options, Run run,
                bool journal = true) {
    CLI::App *command = forget_->add_subcommand(name, help);
    if (journal) {
      command->add_option("--config", options->config, "the engine's configuration, YAML")
          ->required();
    }
    command->add_flag("--json", options->json, "print one JSON object and nothing else");
    Context &context = context_;
    command->callback([&context, options, run] {
      context.run = [&context, options, run] {
        return run(load_library(context.library), *options);
      };
    });
    return command;
  }

 private:
  CLI::App *forget_;
  Context &context_;
};

void add_changes(Subcommands &all, const Options &options) {
  constexpr struct {
    const char *name, *help;
    recveil_forget_change_kind kind;
  } kChanges[] = {
      {"hold", "Hold a request: a legal hold, doubts of identity", RECVEIL_FORGET_HOLD},
      {"release", "Let a held request go on", RECVEIL_FORGET_RELEASE},
      {"cancel", "Cancel a request before it is applied", RECVEIL_FORGET_CANCEL},
      {"reject", "Refuse a request before it is applied", RECVEIL_FORGET_REJECT},
      {"nobody", "You have no row of them: finish it; the order stands", RECVEIL_FORGET_NOBODY},
      {"fail", "Give a request up for now", RECVEIL_FORGET_FAIL},
      {"retry", "Take a failed request up again", RECVEIL_FORGET_RETRY}};
  for (const auto &change : kChanges) {
    const recveil_forget_change_kind kind = change.kind;
    CLI::App *command =
        all.add(change.name, change.help, options,
                [kind](const auto &api, const auto &o) { return run_forget_change(api, o, kind); });
    command->add_option("ID", options->ids, "UUIDs of requests")->required();
    command->add_option("--reason", options->reason, "kept with it; no personal data");
  }
}

}  // namespace

void add_forget(CLI::App &app, Context &context) {
  CLI::App *forget =
      app.add_subcommand("forget", "Deletion requests: accept, apply, verify, prove");
  forget->require_subcommand(1);
  forget->footer(
      "submit -> plan -> apply (fits, maps, writes, reads back, audits) -> serve the table -> "
      "complete.\n"
      "status, list, plan, receipt and verify work while another process owns the journal.");
  const auto options = std::make_shared<ForgetOptions>();
  Subcommands all(forget, context);

  CLI::App *submit =
      all.add("submit", "Accept requests: durable when it returns", options, run_forget_submit);
  submit->add_option("FILE", options->file, "JSON, or - for standard input")->required();
  const char *users_help =
      "how ids are users to recveil_route(): auto (a number is itself, else hashed), bytes (always "
      "hashed) or none";
  submit->add_option("--users", options->users, users_help)
      ->check(CLI::IsMember({"auto", "bytes", "none"}));
  submit->footer(kRequestHelp);

  all.add("status", "How requests stand", options, run_forget_status)
      ->add_option("ID", options->ids, "UUIDs of requests")
      ->required();
  all.add("list", "All requests, oldest first", options, run_forget_list)
      ->add_option("--state", options->state, "received, held, applying, ... (default: any)");
  add_changes(all, options);

  CLI::App *withdraw =
      all.add("withdraw", "A person takes standing orders back", options, run_forget_withdraw);
  withdraw->add_option("--subject", options->subjects, "the person's ids")->required();
  withdraw->add_option("--attribute", options->attributes, "which (default: everything)")
      ->delimiter(',');
  withdraw->add_option("--users", options->users, users_help)
      ->check(CLI::IsMember({"auto", "bytes", "none"}));

  CLI::App *plan = all.add("plan", "Which rows of a table owe something", options, run_forget_plan);
  add_table(plan, options);
  plan->add_option("--classes", options->classes, "FILE of classes, for their names");
  plan->footer("Exit status: 0, or 1 if erased rows came back, 2 bad input.");

  CLI::App *apply =
      all.add("apply", "Map what is owed, write the table anew, read it back, audit it", options,
              run_forget_apply);
  add_table(apply, options);
  apply->add_option("--classes", options->classes,
                    "FILE of classes: .npy, or CSV whose first line names the attributes");
  apply->add_option("--output", options->output, "FILE.npy to write")->required();
  add_force(*apply);
  apply->add_option("--method", options->method,
                    "score_transport (default), optimal_transport, gaussian_transport or leace");
  apply->add_option("--users", options->users, users_help)
      ->check(CLI::IsMember({"auto", "bytes", "none"}));
  apply->add_option("--seed", options->seed, "of everything random in the fit");
  apply->add_flag("!--no-audit", options->audit, "do not measure: the evidence is inconclusive");
  apply->add_flag("--admit-leak", options->admit_leak,
                  "go on although the audit says leak; the receipt says so too");
  apply->footer(
      "The map is fitted on the rows of this model version that were never erased.\n"
      "Exit status: 0; 1 if erased rows came back or the audit says leak; 2 bad input.");

  CLI::App *complete =
      all.add("complete", "The table is served: sign the receipts", options, run_forget_complete);
  complete->add_option("ID", options->ids, "UUIDs (default: all that are publishing)");
  complete->add_option("--report", options->file,
                       "FILE: the report of `recveil audit attribute` on the erased cohort, first");
  complete->add_option("--model-version", options->model_version, "that the report is of");
  complete->add_flag("--admit-leak", options->admit_leak,
                     "with --report: go on although it says leak");
  complete->add_option("--method", options->method, "that was used, or none");
  complete->add_option("--table", options->table,
                       "that --rebuilt and --index are of (default: users)");
  complete
      ->add_option("--rebuilt", options->rebuilt,
                   "what you computed anew: norms,gram,ann_index,cached_lists,optimizer,bias")
      ->delimiter(',');
  complete->add_option("--index", options->index,
                       "what was done to its index: rows_only, reassigned or rebuilt");
  complete->add_option("--not-touched", options->not_touched, "what still has the data");

  const auto verify = std::make_shared<bool>(false), public_key = std::make_shared<bool>(false);
  CLI::App *receipt = forget->add_subcommand("receipt", "Print a receipt, or verify one");
  receipt->add_option("ID", options->ids, "UUID of a completed request");
  receipt->add_option("--config", options->config, "the engine's configuration, YAML");
  receipt->add_flag("--verify", *verify, "verify --file with --key; needs no configuration");
  receipt->add_option("--file", options->file, "FILE of a receipt (default: standard input)");
  receipt->add_option("--key", options->key, "public key, 64 hexadecimal digits");
  receipt->add_flag("--public-key", *public_key, "print the key that receipts are verified with");
  receipt->add_flag("--json", options->json, "print one JSON object and nothing else");
  receipt->footer("Exit status of --verify: 0 valid, 1 not valid, 2 bad input.");
  receipt->callback([&context, options, verify, public_key] {
    context.run = [&context, options, verify, public_key] {
      if (!*verify && options->config.empty()) throw std::runtime_error("--config is required");
      return run_forget_receipt(load_library(context.library), *options, *verify, *public_key);
    };
  });

  CLI::App *chain =
      all.add("verify", "Check the journal's whole hash chain", options, run_forget_verify);
  chain->add_option("--anchor-seq", options->anchor_seq, "an entry noted before ...");
  chain->add_option("--anchor-hash", options->anchor_hash, "... and its hash");
  chain->footer("Exit status: 0 valid, 1 not valid, 2 bad input.");
}

}  // namespace recveil::cli
