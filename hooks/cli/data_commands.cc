#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "data/describe.h"
#include "data/load.h"
#include "data/row_file.h"
#include "data/write_csv.h"
#include "outputs.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::ordered_json;

Json summary_json(const std::string &spec, const data::Summary &summary) {
  Json attributes = Json::object();
  for (const data::AttributeSummary &attribute : summary.attributes) {
    Json &counts = attributes[attribute.name] = Json::object();
    for (std::size_t v = 0; v < attribute.values.size(); ++v) {
      counts[attribute.values[v]] = attribute.count[v];
    }
  }
  return {{"data", spec},
          {"users", summary.users},
          {"items", summary.items},
          {"interactions", summary.interactions},
          {"density", summary.density},
          {"history",
           {{"mean", summary.mean_history},
            {"median", summary.median_history},
            {"max", summary.max_history}}},
          {"known_times", summary.known_times},
          {"ratings", summary.has_ratings
                          ? Json{{"min", summary.least_rating}, {"max", summary.greatest_rating}}
                          : Json(nullptr)},
          {"injected", summary.injected},
          {"attributes", attributes}};
}

void print_text(const std::string &spec, const data::Summary &summary) {
  fmt::print("{}\n", spec);
  fmt::print("  users         {}\n  items         {}\n  interactions  {} ({:.3g} % of all pairs)\n",
             grouped(summary.users), grouped(summary.items), grouped(summary.interactions),
             100 * summary.density);
  fmt::print("  history       mean {:.1f}, median {}, most {}\n", summary.mean_history,
             summary.median_history, grouped(summary.max_history));
  fmt::print("  known times   {:.1f} %\n", 100 * summary.known_times);
  if (summary.has_ratings) {
    fmt::print("  ratings       {} to {}\n", summary.least_rating, summary.greatest_rating);
  }
  if (summary.injected > 0) fmt::print("  known fakes   {}\n", grouped(summary.injected));
  for (const data::AttributeSummary &attribute : summary.attributes) {
    fmt::print("  {:<12}  ", attribute.name);
    for (std::size_t v = 0; v < attribute.values.size(); ++v) {
      fmt::print("{}{} {}", v > 0 ? ", " : "", attribute.values[v], grouped(attribute.count[v]));
    }
    fmt::print("\n");
  }
}

}  // namespace

void add_data(CLI::App &app, Context &context) {
  CLI::App *data = app.add_subcommand("data", "Look at data, or make some");
  data->require_subcommand(1);
  data->footer(kSpecHelp);

  const auto spec = std::make_shared<std::string>("synthetic");
  CLI::App *describe = data->add_subcommand("describe", "Count what is in the data of a SPEC");
  const auto json = std::make_shared<bool>(false);
  describe->add_option("--data", *spec, "SPEC of the data (default: synthetic)");
  describe->add_flag("--json", *json, "print one JSON object and nothing else");
  describe->footer(kSpecHelp);
  describe->callback([&context, spec, json] {
    context.run = [spec, json] {
      const data::Summary summary = data::summarize(data::load(*spec));
      if (*json) {
        fmt::print("{}\n", summary_json(*spec, summary).dump(2));
      } else {
        print_text(*spec, summary);
      }
      return 0;
    };
  });

  const auto out = std::make_shared<std::string>();
  CLI::App *generate =
      data->add_subcommand("generate", "Write data as CSV, to read back as csv:FILE");
  generate->add_option("--data", *spec, "SPEC of the data to write (default: synthetic)");
  generate->add_option("--out", *out, "the file to write; packed if it ends in .gz or .xz")
      ->required();
  add_force(*generate);
  generate->footer(kSpecHelp);
  generate->callback([&context, spec, out] {
    context.run = [spec, out] {
      data::check_output_name(*out, data::RowFormat::text, true);
      check_new(*out, *out);  // data may take the place of data
      fmt::print("{}\n", data::write_csv(data::load(*spec), *out));
      return 0;
    };
  });
}

}  // namespace recveil::cli
