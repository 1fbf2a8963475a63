#include "numerics/libsvm_model.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace recveil::numerics {
namespace {

constexpr std::size_t kMostColumns = 65536;

template <class Number>
std::string text(Number value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

struct Entry {
  std::size_t row, column;
  float value;
};

class Reader {
 public:
  explicit Reader(std::istream &in) : in_(in) {}

  bool next_line() {
    ++number_;
    if (!std::getline(in_, line_)) return false;
    rest_ = line_;
    return true;
  }

  // The next word of the line; empty at its end.
  std::string_view word() {
    constexpr std::string_view kBlank = " \t\r";
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
    const std::string_view out = rest_.substr(0, rest_.find_first_of(kBlank));
    rest_.remove_prefix(out.size());
    return out;
  }

  template <class Number>
  Number number(std::string_view from, const char *what) const {
    Number value{};
    const auto end = std::from_chars(from.data(), from.data() + from.size(), value);
    if (end.ec != std::errc{} || end.ptr != from.data() + from.size() || from.empty()) {
      fail(std::string(what) + " is no number: '" + std::string(from) + "'");
    }
    if (!std::isfinite(static_cast<double>(value))) fail(std::string(what) + " is not finite");
    return value;
  }

  [[noreturn]] void fail(const std::string &what) const {
    throw Error(Status::data, "libsvm model, line " + std::to_string(number_) + ": " + what);
  }

 private:
  std::istream &in_;
  std::string line_;
  std::string_view rest_;
  std::size_t number_ = 0;
};

struct Header {
  std::optional<double> gamma, rho;
  std::optional<std::size_t> total;
  bool one_class = false, rbf = false;
};

void expect_word(Reader &reader, std::string_view key, std::string_view wanted) {
  const std::string_view found = reader.word();
  if (found != wanted) {
    reader.fail(std::string(key) + " must be " + std::string(wanted) + ", not '" +
                std::string(found) + "'");
  }
}

// Up to and with the line "SV".
Header read_header(Reader &reader) {
  Header header;
  for (;;) {
    if (!reader.next_line()) reader.fail("the file ends before SV");
    const std::string_view key = reader.word();
    if (key == "SV") break;
    if (key == "svm_type") {
      expect_word(reader, key, "one_class");
      header.one_class = true;
    } else if (key == "kernel_type") {
      expect_word(reader, key, "rbf");
      header.rbf = true;
    } else if (key == "nr_class") {
      expect_word(reader, key, "2");
    } else if (key == "gamma") {
      header.gamma = reader.number<double>(reader.word(), "gamma");
    } else if (key == "rho") {
      header.rho = reader.number<double>(reader.word(), "rho");
    } else if (key == "total_sv") {
      header.total = reader.number<std::size_t>(reader.word(), "total_sv");
    } else if (key == "prob_density_marks") {
      continue;  // of LIBSVM 3.3 on: maps decisions to probabilities, which nobody here asks for
    } else {
      reader.fail("unknown field '" + std::string(key) + "'");
    }
    if (!reader.word().empty()) reader.fail("more than one value for " + std::string(key));
  }
  if (!header.one_class || !header.rbf || !header.gamma || !header.rho || !header.total) {
    reader.fail("the header needs svm_type, kernel_type, gamma, rho and total_sv");
  }
  return header;
}

// "index:value" words to the end of the line, rising indices from 1.
void read_entries(Reader &reader, std::size_t row, std::size_t most, std::vector<Entry> &entries) {
  std::size_t before = 0;
  for (std::string_view word = reader.word(); !word.empty(); word = reader.word()) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) reader.fail("a feature needs index:value");
    const auto column = reader.number<std::size_t>(word.substr(0, colon), "an index");
    if (column <= before) reader.fail("indices must rise from 1");
    if (column > most) reader.fail("an index is above " + std::to_string(most));
    const auto value = static_cast<float>(reader.number<double>(word.substr(colon + 1), "a value"));
    if (!std::isfinite(value)) reader.fail("a value is too large for float");
    entries.push_back({row, column - 1, value});
    before = column;
  }
}

}  // namespace

void write_libsvm_model(const OneClassSvm &svm, std::ostream &out) {
  const Matrix &support = svm.support();
  out << "svm_type one_class\nkernel_type rbf\ngamma " << text(svm.gamma())
      << "\nnr_class 2\ntotal_sv " << text(support.rows) << "\nrho " << text(svm.rho()) << "\nSV\n";
  for (std::size_t i = 0; i < support.rows; ++i) {
    out << text(svm.alpha()[i]) << ' ';
    for (std::size_t k = 0; k < support.cols; ++k) {
      const float value = support.row(i)[k];
      if (value != 0) out << text(k + 1) << ':' << text(value) << ' ';
    }
    out << '\n';
  }
}

OneClassSvm read_libsvm_model(std::istream &in, std::size_t cols) {
  Reader reader(in);
  const Header header = read_header(reader);
  std::vector<double> alpha;
  std::vector<Entry> entries;
  while (reader.next_line()) {
    const std::string_view first = reader.word();
    if (first.empty()) continue;
    alpha.push_back(reader.number<double>(first, "a coefficient"));
    read_entries(reader, alpha.size() - 1, cols == 0 ? kMostColumns : cols, entries);
  }
  if (alpha.size() != *header.total) {
    reader.fail(std::to_string(alpha.size()) + " support vectors, not total_sv " +
                std::to_string(*header.total));
  }
  std::size_t width = std::max<std::size_t>(1, cols);
  for (const Entry &entry : entries) width = std::max(width, entry.column + 1);
  Matrix support{alpha.size(), width, std::vector<float>(alpha.size() * width)};
  for (const Entry &entry : entries) support.row(entry.row)[entry.column] = entry.value;
  if (!(*header.gamma >= 1e-30 && *header.gamma <= 1e30)) {
    reader.fail("gamma must be in [1e-30, 1e30]");
  }
  return {std::move(support), std::move(alpha), *header.gamma, *header.rho};
}

}  // namespace recveil::numerics
