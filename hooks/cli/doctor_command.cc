// `recveil doctor`: what commonly goes wrong around an engine, one line a check.
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <memory>
#include <vector>

#include "commands.h"
#include "forget/files.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

class Checkup {
 public:
  explicit Checkup(bool json) : json_(json) {}
  void ok(const char *check, const std::string &what) { say("ok", check, what); }
  void warn(const char *check, const std::string &what) { say("warning", check, what); }
  void fail(const char *check, const std::string &what) {
    failed_ = true;
    say("FAILED", check, what);
  }
  int finish() const {
    if (json_) fmt::print("{}\n", Json{{"checks", checks_}, {"healthy", !failed_}}.dump(2));
    return failed_ ? kFinding : kOk;
  }

 private:
  void say(const char *result, const char *check, const std::string &what) {
    checks_.push_back({{"check", check}, {"result", result}, {"what", what}});
    if (!json_) fmt::print("{:<8} {:<14} {}\n", result, check, what);
  }
  bool json_, failed_ = false;
  Json checks_ = Json::array();
};

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::time(nullptr));
}

std::string age(std::uint64_t then) {
  const std::uint64_t seconds = now() > then ? now() - then : 0;
  if (seconds < 7200) return fmt::format("{} minutes", seconds / 60);
  return seconds < 172800 ? fmt::format("{} hours", seconds / 3600)
                          : fmt::format("{} days", seconds / 86400);
}

// The newest of what is written next to the journal or the state may not be of the future.
void clocks(Checkup &out, const recveil_forget_report *report, const Forget *forget) {
  std::uint64_t newest = 0;
  if (report != nullptr) {
    for (const recveil_forget_id &id : forget->list()) {
      newest = std::max(newest, forget->status(id).updated_at);
    }
  }
  if (newest > now() + 60) {
    out.fail("clock", "the journal was written in the future: this machine's clock went back");
  } else if (now() < 1700000000) {
    out.fail("clock", "is before 2023: deadlines and epochs will be wrong");
  } else {
    out.ok("clock", "not before anything that was written");
  }
}

void engine_state(Checkup &out, const Engine &engine, const std::string &metrics) {
  const recveil_engine_info info = engine.info();
  if ((info.flags & RECVEIL_INFO_NO_POOL) != 0) {
    out.warn("pool", "nothing was published to this state_dir: non-members get what on_error says");
  } else {
    const std::string name = "recveil_popularity_pool_updated_timestamp_seconds ";
    const std::size_t at = metrics.find("\n" + name);
    const double when =
        at == std::string::npos ? 0 : std::stod(metrics.substr(at + 1 + name.size()));
    const std::string old = age(static_cast<std::uint64_t>(when));
    if ((info.flags & RECVEIL_INFO_POOL_STALE) != 0) {
      out.fail("pool", "is stale: published " + old + " ago");
    } else if ((info.flags & RECVEIL_INFO_POOL_TOO_SMALL) != 0) {
      out.warn("pool", fmt::format("{} items for lists of {}: hardly random", info.n_pool_items,
                                   info.list_length));
    } else {
      out.ok("pool", fmt::format("{} items, published {} ago", info.n_pool_items, old));
    }
  }
  if ((info.flags & RECVEIL_INFO_DRY_RUN) != 0) {
    out.warn("dry_run", "serving.dry_run is on: nobody is protected");
  }
}

void journal(Checkup &out, const std::shared_ptr<const Api> &api, const Engine &engine) {
  recveil_forget_options options = RECVEIL_FORGET_OPTIONS_INIT;
  options.flags = RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY;
  recveil_forget *probe = nullptr;
  const recveil_status status = api->forget_open(engine.get(), &options, &probe);
  if (status == RECVEIL_E_CONFIG) {
    out.ok("journal", "none is configured (forget.journal)");
    return clocks(out, nullptr, nullptr);
  }
  if (status != RECVEIL_OK) {
    const std::string what = api->last_error();
    status == RECVEIL_E_NOT_FOUND ? out.warn("journal", what) : out.fail("journal", what);
    return clocks(out, nullptr, nullptr);
  }
  api->forget_close(probe);
  const Forget forget = Forget::open(engine, options.flags);
  recveil_forget_report report = RECVEIL_FORGET_REPORT_INIT;
  if (api->forget_verify(forget.get(), 0, nullptr, &report, nullptr) != RECVEIL_OK) {
    out.fail("journal", api->last_error());
  } else {
    out.ok("journal", fmt::format("{} entries, the hash chain is whole", report.n_entries));
  }
  clocks(out, &report, &forget);
  if (report.n_overdue > 0) {
    out.fail("deadlines", fmt::format("{} requests are past their due date", report.n_overdue));
  } else if (report.next_due_at != 0 && report.next_due_at < now() + 3 * 86400) {
    out.warn("deadlines", "a request is due within three days");
  } else {
    out.ok("deadlines", report.next_due_at == 0 ? "nothing is open" : "none within three days");
  }
  const std::uint64_t half_done = report.n_in_state[RECVEIL_FORGET_APPLYING - 1] +
                                  report.n_in_state[RECVEIL_FORGET_VERIFYING - 1] +
                                  report.n_in_state[RECVEIL_FORGET_PUBLISHING - 1];
  std::uint64_t stuck = 0;
  for (const recveil_forget_state state :
       {RECVEIL_FORGET_APPLYING, RECVEIL_FORGET_VERIFYING, RECVEIL_FORGET_PUBLISHING}) {
    for (const recveil_forget_id &id : forget.list(state)) {
      stuck += forget.status(id).updated_at + 86400 < now();
    }
  }
  if (stuck > 0) {
    out.fail("erasures",
             fmt::format("{} requests have not moved for a day: apply, ack or complete", stuck));
  } else {
    out.ok("erasures", fmt::format("{} are on their way", half_done));
  }
  if (report.n_resurrected > 0) {
    out.warn("resurrected", fmt::format("erased rows came back {} times", report.n_resurrected));
  }
  if (report.n_standing > 0 && engine.info().n_erased == 0) {
    out.warn("erased_set",
             "orders stand, but the engine knows no erased user: after a restore, "
             "publish those of whom recveil_forget_owes() says so");
  }
}

// Private training and serving.
void private_training(Checkup &out, const Api &api, const Engine &engine) {
  recveil_private_budget budget = RECVEIL_PRIVATE_BUDGET_INIT;
  const recveil_status status = api.private_get_budget(engine.get(), &budget);
  if (status == RECVEIL_E_CONFIG) {
    return out.ok("private", "no budget and ledger are configured (private)");
  }
  if (status != RECVEIL_OK) return out.fail("private", api.last_error());
  const std::string spent =
      fmt::format("mu {:.3g} of {:.3g} is spent in {} releases, {} are left", budget.mu_spent,
                  budget.mu, budget.n_releases, budget.n_left);
  if (budget.mu_spent > budget.mu * (1 + 1e-9)) {
    out.fail("private", spent + ": more than the configuration promises");
  } else if (budget.n_left == 0) {
    out.warn("private", spent + ": the next release is refused");
  } else {
    out.ok("private", spent);
  }
}

// What the engine warns of while it opens.
void collect_warning(void *ctx, std::uint32_t, const char *message) {
  static_cast<std::vector<std::string> *>(ctx)->emplace_back(message);
}

int run(const std::shared_ptr<const Api> &api, const std::string &config, bool json) {
  Checkup out(json);
  static_cast<void>(read_input(config));  // a file that is not there is bad input, no failed check
  std::vector<std::string> warnings;
  recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  options.ctx = &warnings;
  options.log = collect_warning;
  recveil_engine *opened = nullptr;
  const recveil_status status = api->engine_open_file(config.c_str(), &options, &opened);
  if (status != RECVEIL_OK) {  // a key, the key file, the state_dir
    out.fail("configuration", api->last_error());
    return out.finish();
  }
  api->engine_close(opened);
  const Engine engine = Engine::open_file(api, config);
  out.ok("configuration", "the key file is private, the state_dir can be read");
  for (const std::string &warning : warnings) {
    if (warning.starts_with("keys.")) out.warn("key", warning.substr(5));
  }
  // A refresh without a state_dir is E_STATE.
  const bool shared = api->engine_refresh(engine.get(), nullptr) != RECVEIL_E_STATE;
  if (shared) {
    out.ok("fork", "workers share a state_dir; call recveil_engine_refresh every few seconds");
  } else {
    out.warn("fork", "no state_dir: a worker does not learn what another one publishes or erases");
  }
  engine_state(out, engine, engine.metrics());
  journal(out, api, engine);
  private_training(out, *api, engine);
  return out.finish();
}

}  // namespace

void add_doctor(CLI::App &app, Context &context) {
  CLI::App *doctor =
      app.add_subcommand("doctor", "Check keys, clock, pool, journal, deadlines and budget");
  const auto config = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);
  doctor->add_option("--config", *config, "the engine's configuration, YAML")->required();
  doctor->add_flag("--json", *json, "print one JSON object and nothing else");
  doctor->footer("Exit status: 0 healthy, warnings included; 1 a check failed; 2 bad input.");
  doctor->callback([&context, config, json] {
    context.run = [&context, config, json] {
      return run(load_library(context.library), *config, *json);
    };
  });
}

}  // namespace recveil::cli
