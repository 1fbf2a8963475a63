#include "data/write_csv.h"

#include <array>
#include <charconv>
#include <vector>

#include "data/row_file.h"
#include "data/whole_file.h"

namespace recveil::data {
namespace {

template <class T>
void append_number(std::string &line, T value) {
  std::array<char, 64> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  line.append(1, ',').append(digits.data(), result.ptr);
}

}  // namespace

std::string write_csv(const Dataset &dataset, const std::string &path) {
  check_output_name(path, RowFormat::text, true);
  const bool ratings = !dataset.ratings.empty(), times = !dataset.times.empty();
  std::vector<std::string> items;
  items.reserve(dataset.item_ids.size());
  for (const std::string &id : dataset.item_ids) items.push_back(csv_field(id, path));

  WholeFile file(path);
  file.write(std::string("user,item") + (ratings ? ",rating" : "") + (times ? ",time" : "") + "\n");
  const Interactions &rows = dataset.interactions;
  std::string line;
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    const std::string user = csv_field(dataset.user_ids[u], path);
    for (std::size_t at = rows.offsets[u]; at < rows.offsets[u + 1]; ++at) {
      line = user;
      line.append(1, ',').append(items[rows.items[at]]);
      if (ratings) append_number(line, dataset.ratings[at]);
      if (times) append_number(line, dataset.times[at]);
      file.write(line.append(1, '\n'));
    }
  }
  file.commit();
  return "csv:" + path + "?user=user&item=item" + (ratings ? "&rating=rating" : "") +
         (times ? "&time=time" : "") + "&header=1";
}

}  // namespace recveil::data
