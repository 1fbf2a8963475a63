#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "data/load.h"
#include "data/row_file.h"
#include "data/whole_file.h"
#include "library.h"
#include "outputs.h"
#include "screen/accounts.h"
#include "screen/file.h"
#include "screen/key.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::ordered_json;

struct TrainOptions {
  std::string data, out, key, method = "full";
  std::vector<float> scale;
  double fpr = 0.01, nu = 0;
  unsigned components = 30;
  std::uint64_t seed = 1;
  bool json = false;
};

struct RunOptions {
  std::string data, model, out;
  bool json = false;
};

std::string screening_of(const TrainOptions &options) {
  Json screening{{"method", options.method},
                 {"false_positive_rate", options.fpr},
                 {"components", options.components}};
  if (options.nu > 0) screening["nu"] = options.nu;
  return screening.dump();
}

std::vector<unsigned char> make_window(const Api &api, const Engine &engine,
                                       const FileAccounts &accounts, const ScreenFile &file,
                                       std::uint64_t seed) {
  recveil_screen_window_shape shape = RECVEIL_SCREEN_WINDOW_SHAPE_INIT;
  shape.n_items = static_cast<std::uint32_t>(file.n_items);
  shape.sample_accounts =
      static_cast<std::uint32_t>(std::min<std::size_t>(accounts.users.size(), 100'000));
  shape.sample_interactions = std::min<std::size_t>(accounts.items.size(), 20'000'000);
  shape.rating_min = file.rating_min;
  shape.rating_max = file.rating_max;
  shape.seed = seed;
  std::size_t bytes = 0;
  check(api, api.screen_window_size(&shape, &bytes));
  std::vector<unsigned char> window(bytes);
  check(api, api.screen_window_init(&shape, window.data(), bytes));
  const recveil_screen_accounts view = accounts.view();
  check(api, api.screen_window_add(engine.get(), window.data(), bytes, &view));
  return window;
}

int train(Context &context, const TrainOptions &options) {
  const auto api = load_library(context.library);
  data::check_output_name(options.out, data::RowFormat::text, false);
  NewText out(options.out);
  ScreenFile file;
  file.method = options.method;
  file.data = options.data;
  const data::Dataset dataset = data::load(options.data);
  std::optional<Scale> scale;
  if (!options.scale.empty()) scale = Scale(options.scale[0], options.scale[1]);
  FileAccounts accounts = window_accounts(dataset, scale, file);
  file.key = options.key.empty() ? new_screen_key(*api) : read_screen_key(options.key);
  Engine engine = open_with_key(api, file.key, screening_of(options));
  name_users(engine, dataset, accounts);
  {
    Progress progress;
    recveil_screen_training training = RECVEIL_SCREEN_TRAINING_INIT;
    training.progress = {Progress::callback, &progress, nullptr};
    training.seed = options.seed;
    try {
      engine.train_screening(make_window(*api, engine, accounts, file, options.seed), &training);
    } catch (const StatusError &error) {
      throw StatusError(error.status(), options.data + ": " + error.what());
    }
  }
  check(*api, api->screen_model_write(engine.get(), Engine::append, &file.model));
  out.commit(screen_file_bytes(file));
  const recveil_screen_info info = engine.screen_info();
  if (options.json) {
    fmt::print("{}\n", Json{{"schema", "recveil.screen/1"},
                            {"model", options.out},
                            {"data", options.data},
                            {"method", options.method},
                            {"accounts", info.n_training_accounts},
                            {"items", file.items.size()},
                            {"interactions", accounts.items.size()},
                            {"support_vectors", info.n_support_vectors},
                            {"seconds", info.training_seconds}}
                           .dump(2));
  } else {
    fmt::print("{}: a screening model of the method {}, trained on {} accounts in {:.1f} s\n",
               options.out, options.method, grouped(info.n_training_accounts),
               info.training_seconds);
  }
  return 0;
}

const char *verdict_word(recveil_screen_verdict verdict) {
  return verdict == RECVEIL_SCREEN_QUARANTINE ? "quarantine"
         : verdict == RECVEIL_SCREEN_DEFER    ? "defer"
                                              : "accept";
}

Json reasons_json(const Api &api, std::uint32_t reasons) {
  Json out = Json::array();
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
    if ((reasons & bit) != 0) out.push_back(api.screen_reason_text(bit));
  }
  return out;
}

int run(Context &context, const RunOptions &options) {
  const auto api = load_library(context.library);
  std::optional<data::WholeFile> csv;
  check_new(options.out);
  if (!options.out.empty()) {
    data::check_output_name(options.out, data::RowFormat::text, true);
    csv.emplace(options.out);
  }
  const ScreenFile file = read_screen_file(options.model);
  Engine engine = open_with_key(api, file.key, "{}");
  try {
    check(*api, api->publish_screen_model(engine.get(), file.model.data(), file.model.size()));
  } catch (const StatusError &error) {
    throw std::runtime_error(options.model + ": " + error.what());
  }
  const data::Dataset dataset = data::load(options.data);
  FileAccounts accounts = batch_accounts(dataset, file);
  name_users(engine, dataset, accounts);
  std::vector<float> scores(accounts.users.size()), weights(accounts.users.size());
  std::vector<std::uint32_t> reasons(accounts.users.size());
  std::vector<recveil_screen_verdict> verdicts(accounts.users.size());
  recveil_screen_result result = RECVEIL_SCREEN_RESULT_INIT;
  result.verdicts = verdicts.data();
  result.scores = scores.data();
  result.weights = weights.data();
  result.reasons = reasons.data();
  const recveil_screen_accounts view = accounts.view();
  {
    Progress progress;
    const recveil_progress watch{Progress::callback, &progress, nullptr};
    check(*api, api->screen(engine.get(), &view, RECVEIL_TRIGGER_BATCH, &watch, &result));
  }

  if (csv) {
    csv->write("user,verdict,score,weight,reasons\n");
    for (std::size_t u = 0; u < verdicts.size(); ++u) {
      std::string words;
      for (const auto &reason : reasons_json(*api, reasons[u])) {
        words += (words.empty() ? "" : "; ") + reason.get<std::string>();
      }
      csv->write(fmt::format("{},{},{:.4f},{:.4f},{}\n",
                             data::csv_field(dataset.user_ids[u], options.out),
                             verdict_word(verdicts[u]), scores[u], weights[u],
                             words.empty() ? "" : "\"" + words + "\""));
    }
    csv->commit();
  }
  Json report{{"schema", "recveil.screen/1"},
              {"model", options.model},
              {"data", options.data},
              {"method", file.method},
              {"n",
               {{"accounts", verdicts.size()},
                {"accept", result.n_accepted},
                {"quarantine", result.n_quarantined},
                {"defer", result.n_deferred},
                {"interactions_left_out", accounts.left_out},
                {"ratings_outside_the_scale", accounts.outside}}}};
  if (options.json) {
    Json &rows = report["accounts"] = Json::array();
    for (std::size_t u = 0; u < verdicts.size(); ++u) {
      rows.push_back({{"user", dataset.user_ids[u]},
                      {"verdict", verdict_word(verdicts[u])},
                      {"score", scores[u]},
                      {"weight", weights[u]},
                      {"reasons", reasons_json(*api, reasons[u])}});
    }
    fmt::print("{}\n", report.dump(2, ' ', false, Json::error_handler_t::replace));
    return 0;
  }
  fmt::print("{} accounts: {} accept, {} quarantine, {} defer\n", grouped(verdicts.size()),
             grouped(result.n_accepted), grouped(result.n_quarantined), grouped(result.n_deferred));
  if (accounts.left_out > 0) {
    fmt::print(
        "{} interactions with items that the window did not have were left out; train again\n",
        grouped(accounts.left_out));
  }
  if (accounts.outside > 0) {
    fmt::print("{} ratings outside the window's {} to {} count as its ends; see --scale of train\n",
               grouped(accounts.outside), file.rating_min, file.rating_max);
  }
  if (!options.out.empty()) {
    fmt::print("{}: verdict, score, weight and reasons of each\n", options.out);
  } else if (result.n_quarantined + result.n_deferred > 0) {
    fmt::print("Which and why: --out FILE.csv, or --json\n");
  }
  return 0;
}

}  // namespace

void add_screen(CLI::App &app, Context &context) {
  CLI::App *screen =
      app.add_subcommand("screen", "Find accounts made to poison the model, in files");
  screen->require_subcommand(1);
  screen->footer(
      "  recveil screen train --data 'csv:trusted.csv?rating=2&time=3' --out model.bin\n"
      "  recveil screen run --data 'csv:new.csv?rating=2&time=3' --model model.bin \\\n"
      "      --out verdicts.csv\n"
      "A running system uses recveil_screen (recveil/screen.h), which keeps what batches leave "
      "for\n"
      "the next, the quarantine and the reviews. docs/screening.md says what is not seen.");

  const auto training = std::make_shared<TrainOptions>();
  CLI::App *train_command =
      screen->add_subcommand("train", "From accounts you trust to a file of a screening model");
  train_command->add_option("--data", training->data, "SPEC of the trusted accounts")->required();
  train_command->add_option("--out", training->out, "the file to write")->required();
  train_command
      ->add_option("--method", training->method,
                   "full: behaviour, copies, coordination (default); ocsvm: PCA and one-class SVM "
                   "as published")
      ->check(CLI::IsMember({"full", "ocsvm"}));
  train_command
      ->add_option("--fpr", training->fpr, "full: genuine accounts to flag at most (default: .01)")
      ->check(CLI::Range(1e-6, 0.1));
  train_command
      ->add_option("--nu", training->nu,
                   "of the SVM: trusted accounts outside at most (default: .003 ocsvm, .03 full)")
      ->check(CLI::Range(1e-6, 0.5));
  train_command->add_option("--components", training->components, "of the PCA (default: 30)")
      ->check(CLI::Range(1, 512));
  train_command
      ->add_option("--scale", training->scale,
                   "the least and the greatest rating there can be, such as 1,5 (default: those of "
                   "the trusted accounts)")
      ->delimiter(',')
      ->expected(2);
  add_force(*train_command);
  train_command->add_option("--seed", training->seed, "of everything random (default: 1)");
  train_command->add_option("--key", training->key,
                            "a file of `recveil key generate` that hashes the accounts' ids "
                            "(default: a new key); the model file holds a copy, by which `run` "
                            "recognises accounts of the window");
  train_command->add_flag("--json", training->json, "print one JSON object and nothing else");
  train_command->footer(std::string(kSpecHelp) + "\n\nExit status: 0 done, 2 bad input.");
  train_command->callback([&context, training] {
    context.run = [&context, training] { return train(context, *training); };
  });

  const auto running = std::make_shared<RunOptions>();
  CLI::App *run_command = screen->add_subcommand("run", "Verdicts on new or changed accounts");
  run_command->add_option("--data", running->data, "SPEC of the accounts, with all they did so far")
      ->required();
  run_command->add_option("--model", running->model, "a file of `recveil screen train`")
      ->required();
  run_command->add_option("--out", running->out,
                          "write user,verdict,score,weight,reasons as CSV, with the users' own "
                          "ids; weight: what a trainer multiplies their interactions with");
  add_force(*run_command);
  run_command->add_flag("--json", running->json, "print one JSON object and nothing else");
  run_command->footer(std::string(kSpecHelp) +
                      "\n\nExit status: 0 screened, whatever the verdicts; 2 bad input.");
  run_command->callback([&context, running] {
    context.run = [&context, running] { return run(context, *running); };
  });
}

}  // namespace recveil::cli
