#include "audit/lists_export.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <system_error>

#include "core/error.h"
#include "data/whole_file.h"

namespace recveil::audit {
namespace {

// between(place): the fields between the user and the item, with their commas. empty: what follows
// the user where a row has no items; nothing: such a row has no line.
template <class Between>
void write_rows(const std::string &path, const Interactions &rows, char prefix, Between between,
                const std::string &empty = "") {
  data::WholeFile file(path);
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    const std::span<const std::uint32_t> items = rows.row(u);
    if (items.empty() && !empty.empty()) file.write(prefix + std::to_string(u) + empty);
    for (std::size_t place = 0; place < items.size(); ++place) {
      file.write(prefix + std::to_string(u) + "," + between(place) + std::to_string(items[place]) +
                 "\n");
    }
  }
  file.commit();
}

void write_histories(const std::string &path, const Interactions &rows, char prefix) {
  write_rows(path, rows, prefix, [](std::size_t) { return std::string(); });
}

// Who was shown nothing gets a line of rank 0 without an item.
void write_lists(const std::string &path, const Interactions &lists, char prefix) {
  write_rows(
      path, lists, prefix, [](std::size_t place) { return std::to_string(place + 1) + ","; },
      ",0,\n");
}

void write_labels(const std::string &path, const std::vector<std::uint8_t> &labels, char prefix) {
  data::WholeFile file(path);
  for (std::size_t u = 0; u < labels.size(); ++u) {
    file.write(prefix + std::to_string(u) + (labels[u] != 0 ? ",1\n" : ",0\n"));
  }
  file.commit();
}

void write_population(const std::string &start, const attack::Population &people, char prefix) {
  write_histories(start + "histories.csv", people.histories, prefix);
  write_lists(start + "lists.csv", people.lists, prefix);
  write_labels(start + "members.csv", people.member, prefix);
}

void make_folder(const std::string &folder) {
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (error) throw Error(Status::io, folder + ": cannot be made: " + error.message());
}

// All items below n.
void write_items(const std::string &path, std::uint32_t n) {
  data::WholeFile items(path);
  for (std::uint32_t i = 0; i < n; ++i) items.write(std::to_string(i) + "\n");
  items.commit();
}

}  // namespace

void export_lists(const std::string &folder, const attack::Population &target,
                  const attack::Population &shadow, const Interactions &auxiliary) {
  make_folder(folder);
  write_population(folder + "/", target, 't');
  write_population(folder + "/shadow-", shadow, 's');
  write_histories(folder + "/auxiliary.csv", auxiliary, 'a');
  write_items(folder + "/items.csv", auxiliary.n_items);
}

void export_injection(const std::string &folder, const data::InjectionTables &injection) {
  make_folder(folder);
  write_lists(folder + "/before.csv", injection.before, 'u');
  write_lists(folder + "/after.csv", injection.after, 'u');
  write_labels(folder + "/holders.csv", injection.holder, 'u');
  write_items(folder + "/items.csv", injection.before.n_items);
  data::WholeFile decoys(folder + "/decoys.csv");
  for (const std::uint32_t item : injection.decoys) decoys.write(std::to_string(item) + "\n");
  decoys.commit();
}

}  // namespace recveil::audit
