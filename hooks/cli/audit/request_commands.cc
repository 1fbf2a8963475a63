// `recveil audit membership`, `attribute`, `screening`, `inversion` and `injections`: audits that
// the request names, most of systems that the library builds from a dataset.
#include <functional>
#include <memory>
#include <string>

#include "audit/request_options.h"
#include "audit/run.h"
#include "outputs.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

struct RequestAudit {
  const char *name, *question, *footer;
  const char *data = kSpecHelp;  // how to name what is read
};

const RequestAudit kMembership{
    "membership", "Can an outsider tell whose data trained the model (Zhang et al., CCS'21)?",
    "\n\nExit status: 0 no leak found, 1 leak, 2 bad input, 3 inconclusive."};
const RequestAudit kAttribute{
    "attribute", "Can an outsider read gender or age from embeddings, and after an erasure?",
    "\n\nA first look, some seconds:\n"
    "  recveil audit attribute --data synthetic:users=1000,items=500 --seeds 1\n"
    "What an erasure leaves, for one in five who asked:\n"
    "  recveil audit attribute --data ml-1m:DIR --attribute gender --share 0.2 \\\n"
    "    --defense optimal_transport\n"
    "docs/audit.md says who attacks what, docs/erasure.md what was measured.\n"
    "\nExit status (of several defences: of the last): 0 no leak found, 1 leak, 2 bad input, "
    "3 inconclusive."};
const RequestAudit kScreening{
    "screening", "Do accounts made to poison the model get past the screening, and do people?",
    "\n\nA first look, some seconds:\n"
    "  recveil audit screening --seeds 2 --repeats 4 --sizes average --adversary naive\n"
    "How much the published detector sees:\n"
    "  recveil audit screening --data ml-100k:DIR --defense ocsvm\n"
    "docs/audit.md says what is planted, what is judged, and what is only reported.\n"
    "\nExit status: 0 everything that is claimed holds, 1 a claimed attack gets through or people "
    "are quarantined, 2 bad input, 3 inconclusive."};

const RequestAudit kInversion{
    "inversion", "Can fake accounts expose who has a sensitive item (Hidano et al., PETS'20)?",
    "\n\nA first look, some seconds:\n"
    "  recveil audit inversion --data synthetic:users=800,items=600 --recommender ials \\\n"
    "    --decoys rare --list-length 20 --seeds 4\n"
    "What screening leaves of it:\n"
    "  recveil audit inversion --data ml-100k:DIR --binary --recommender als --screening full\n"
    "docs/inversion.md says what is injected, what is judged and what was measured.\n"
    "\nExit status: 0 no leak found, 1 leak, 2 bad input, 3 inconclusive."};

const RequestAudit kInjections{
    "injections",
    "The same of your own recommender, from its lists before and after a test of yours",
    "\n\ndocs/export.md says how to inject and what to write down.\n"
    "\nExit status: 0 no leak found, 1 leak, 2 bad input, 3 inconclusive.",
    "Files are CSV, plain, .gz or .xz, with ids of any kind and no header; else name options, as "
    "in\n'before.csv?user=uid&rank=pos&item=iid&header=1&sep=tab'."};

// What the command makes of the options before it asks.
using Complete = std::function<void(Json &request, const AuditOptions &options)>;

void add(CLI::App &audit, Context &context, const RequestAudit &of, const Complete &complete = {}) {
  struct Options : AuditOptions {
    Options(CLI::App &command, const char *name) : request(command, name) {}
    RequestOptions request;
  };
  CLI::App *command = audit.add_subcommand(of.name, of.question);
  const auto options = std::make_shared<Options>(*command, of.name);
  add_audit_options(*command, *options);
  command->footer(std::string(of.data) + of.footer);
  command->callback([&context, options, complete] {
    context.run = [&context, options, complete] {
      Json request = options->request.request();
      if (complete) complete(request, *options);
      if (request.contains("export")) check_new_folder(request.at("export").get<std::string>());
      try {
        return run_and_report(context, *options,
                              [&](const Api &api, const recveil_audit_options &asked) {
                                return run_audit(api, request, asked);
                              });
      } catch (const StatusError &error) {
        if (error.status() != RECVEIL_E_ARGUMENT) throw;
        throw std::runtime_error(options->request.told(error));
      }
    };
  });
}

// Of one defence the report is an audit; of several, with commas between, it is a list of them.
void complete_attribute(Json &request, const AuditOptions &options) {
  // It stays in the process that loads it: a host may not want that, this command does not mind.
  if (!request.contains("xgboost")) request["xgboost"] = true;
  if (!request.contains("defenses")) return;
  const Json defenses = request.at("defenses");
  if (defenses.size() == 1) {
    request["defense"] = defenses.front();
    request.erase("defenses");
  } else if (!options.reports.html.empty() || !options.reports.junit.empty()) {
    throw CLI::ValidationError("--html and --junit", "take one --defense");
  }
}

}  // namespace

void add_audit(CLI::App &app, Context &context) {
  CLI::App *audit = app.add_subcommand("audit", "Run the attacks and measure what they learn");
  audit->require_subcommand(1);
  add(*audit, context, kMembership);
  add_lists(*audit, context);
  add(*audit, context, kAttribute, complete_attribute);
  add(*audit, context, kScreening);
  add(*audit, context, kInversion);
  add(*audit, context, kInjections);
  add_paper(*audit, context);
}

}  // namespace recveil::cli
