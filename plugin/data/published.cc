#include "data/published.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/error.h"
#include "data/fields.h"
#include "data/read_table.h"

namespace recveil::data {
namespace {

struct Column {
  std::string_view name;
  std::size_t position;
  bool age = false;
};

// A file of users, the id in its first column; none where `file` is empty.
struct UsersFile {
  std::string_view file = {}, separator = {};
  std::size_t width = 0;
  std::span<const Column> columns = {};
};

struct Published {
  std::string_view name, file, separator;
  std::size_t width;
  bool header;  // columns are found by name: other names than the publisher's are an error
  std::string_view user, item, rating, time;
  UsersFile users = {};
};

constexpr std::array<Column, 3> kUsers1M{{{"gender", 1}, {"age", 2}, {"occupation", 3}}};
constexpr std::array<Column, 3> kUsers100K{{{"gender", 2}, {"age", 1, true}, {"occupation", 3}}};
constexpr std::array<Column, 1> kLabels{{{"injected", 1}}};

// Not read: the rating of adm (always 1), and the time_slot of foursquare (an hour of the week, so
// no time; its repeated check-ins are one interaction a user and venue).
// clang-format off
constexpr std::array<Published, 8> kPublished{{
    // name, file, separator, width, header, user, item, rating, time, users
    {"ml-1m", "ratings.dat", "::", 4, false, "0", "1", "2", "3", {"users.dat", "::", 5, kUsers1M}},
    {"ml-100k", "u.data", "\t", 4, false, "0", "1", "2", "3", {"u.user", "|", 5, kUsers100K}},
    {"ml-latest-small", "ratings.csv", ",", 4, true, "userId", "movieId", "rating", "timestamp"},
    {"lastfm-2k", "user_artists.dat", "\t", 3, true, "userID", "artistID", "weight", ""},
    {"adm", "cure4rec_adm.csv", ",", 3, true, "uid", "iid", "", ""},
    {"foursquare", "checkins.tsv", "\t", 4, true, "user_index", "venue_index", "", ""},
    {"filmtrust", "ratings.txt", " ", 3, false, "0", "1", "2", ""},
    {"averageattack", "ratings.txt", " ", 3, false, "0", "1", "2", "",
     {"labels.txt", " ", 2, kLabels}},
}};
// clang-format on

InteractionFormat interactions_of(const Published &one) {
  InteractionFormat out;
  out.user = one.user;
  out.item = one.item;
  out.rating = std::string(one.rating);
  out.time = std::string(one.time);
  out.table = {std::string(one.separator), one.header ? Header::names : Header::none, Quoting::none,
               one.width};
  out.duplicates = Duplicates::first;
  return out;
}

AttributeFormat attributes_of(const UsersFile &users) {
  AttributeFormat out;
  out.table = {std::string(users.separator), Header::none, Quoting::none, users.width};
  for (const Column &column : users.columns) {
    out.columns.push_back({std::string(column.name), column.position, column.age});
  }
  return out;
}

// The label file of averageattack says of every user whether the account is fake; that is not an
// attribute to protect.
void move_injected(Dataset &dataset, const std::string &file) {
  const Attribute labels = std::move(dataset.attributes.at(0));
  dataset.attributes.clear();
  dataset.injected.resize(labels.label.size());
  const auto fail = [&](std::size_t user, const std::string &what) -> void {
    throw Error(Status::data, file + ": user " + in_quotes(dataset.user_ids[user]) + what);
  };
  for (std::size_t u = 0; u < labels.label.size(); ++u) {
    if (labels.label[u] < 0) fail(u, " has no label");
    const std::string &value = labels.values[static_cast<std::size_t>(labels.label[u])];
    if (value != "0" && value != "1") {
      fail(u, " has the label " + in_quotes(value) + ", not 0 or 1");
    }
    dataset.injected[u] = value == "1" ? 1 : 0;
  }
}

}  // namespace

std::span<const std::string_view> published_names() {
  static const auto names = [] {
    std::array<std::string_view, kPublished.size()> out;
    std::transform(kPublished.begin(), kPublished.end(), out.begin(),
                   [](const Published &one) { return one.name; });
    return out;
  }();
  return names;
}

Dataset load_published(std::string_view name, const std::string &folder) {
  const auto &one = *std::find_if(kPublished.begin(), kPublished.end(),
                                  [&](const Published &any) { return any.name == name; });
  const auto in_folder = [&](std::string_view file) { return folder + "/" + std::string(file); };

  Dataset dataset;
  dataset.name = name;
  read_interactions(in_folder(one.file), interactions_of(one), dataset);
  if (!one.users.file.empty()) {
    const std::string file = in_folder(one.users.file);
    dataset.attributes = read_attributes(file, attributes_of(one.users), dataset);
    if (name == "averageattack") move_injected(dataset, file);
  }
  return dataset;
}

}  // namespace recveil::data
