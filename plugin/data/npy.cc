#include "data/npy.h"

#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <string_view>

#include "core/error.h"
#include "data/fields.h"
#include "data/plain_file.h"
#include "data/sniff.h"

namespace recveil::data {
namespace {

// The longest header NumPy itself reads without being told to trust the file is 10,000 bytes.
constexpr std::size_t kMaxHeader = 1 << 16;

// The header's dictionary: a Python literal of three known keys.
class Dictionary {
 public:
  Dictionary(std::string_view text, const std::string &path) : text_(text), path_(path) {}

  void read(NpyHeader &out) {
    bool descr = false, order = false, shape = false;
    need('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      need(':');
      if (key == "descr") {
        descr = true;
        read_type(out);
      } else if (key == "fortran_order") {
        order = true;
        read_order(out);
      } else if (key == "shape") {
        shape = true;
        read_shape(out);
      } else {
        fail("its header has the unknown key " + in_quotes(key));
      }
      if (!take(',')) {
        need('}');
        break;
      }
    }
    if (!descr || !order || !shape) fail("its header lacks descr, fortran_order or shape");
  }

 private:
  [[noreturn]] void fail(const std::string &what) const {
    throw Error(Status::data, path_ + ": " + what);
  }
  void skip_space() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) {
      text_.remove_prefix(1);
    }
  }
  bool take(char c) {
    skip_space();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(char c) {
    if (!take(c)) fail("its header is not that of a .npy file");
  }
  bool take_word(std::string_view word) {
    skip_space();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::string_view quoted() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') need('\'');
    const std::size_t end = text_.find(quote);
    if (end == text_.npos) fail("its header is not that of a .npy file");
    const std::string_view out = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return out;
  }

  void read_type(NpyHeader &out) {
    skip_space();
    if (!text_.starts_with('\'') && !text_.starts_with('"')) {
      fail("holds records; save one array of numbers");
    }
    const std::string_view type = quoted();
    const char order = type.size() == 3 ? type[0] : '\0';
    if (order == '>') fail("is big-endian; save it as little-endian");
    if (type == "|O" || type == "O") fail("holds objects of Python; save one array of numbers");
    const int size = type.size() == 3 ? type[2] - '0' : 0;
    const bool word = size == 1 || size == 2 || size == 4 || size == 8;
    const char kind = type.size() == 3 ? type[1] : '\0';
    if (kind == 'f' && (size == 2 || size == 4 || size == 8) && order == '<') {
      out.kind = NpyKind::floating;
    } else if (kind == 'i' && word) {
      out.kind = NpyKind::signed_int;
    } else if (kind == 'u' && word) {
      out.kind = NpyKind::unsigned_int;
    } else if (kind == 'b' && size == 1) {
      out.kind = NpyKind::boolean;
    } else {
      fail("has numbers of type " + in_quotes(type) +
           "; float16, float32, float64 and integers are read");
    }
    out.item_size = static_cast<std::size_t>(size);
  }

  void read_order(NpyHeader &out) {
    if (take_word("True")) {
      out.columns_first = true;
    } else if (!take_word("False")) {
      fail("its header is not that of a .npy file");
    }
  }

  void read_shape(NpyHeader &out) {
    need('(');
    while (!take(')')) {
      skip_space();
      std::uint64_t extent = 0;
      const auto end = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (end.ec != std::errc()) fail("its header's shape is not numbers");
      text_.remove_prefix(static_cast<std::size_t>(end.ptr - text_.data()));
      take('L');  // as Python 2 wrote long integers
      out.shape.push_back(extent);
      if (!take(',')) {
        need(')');
        break;
      }
    }
    if (out.shape.empty() || out.shape.size() > 2) {
      fail("has " + std::to_string(out.shape.size()) + " dimensions; one or two are read");
    }
  }

  std::string_view text_;
  const std::string &path_;
};

}  // namespace

NpyHeader read_npy_header(int descriptor, const std::string &path) {
  const auto fail = [&](const std::string &what) -> void {
    throw Error(Status::data, path + ": " + what);
  };
  char start[kSniffed];
  const std::string_view head(start, read_at(descriptor, {start, sizeof start}, 0, path));
  if (is_npy(head) && head.size() < 12) fail("ends within its header");
  if (!is_npy(head)) {
    const std::string what = no_text(head);
    fail("is not a .npy file" + (what.empty() ? "" : ": it " + what));
  }
  const int major = static_cast<unsigned char>(start[6]);
  if (major < 1 || major > 3)
    fail("is .npy version " + std::to_string(major) + "; 1 to 3 are read");
  const auto byte = [&](int at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(start[at]));
  };
  const std::size_t prefix = major == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8;
  if (major > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > kMaxHeader) fail("its header is longer than 64 KiB");

  NpyHeader out;
  out.offset = prefix + length;
  out.text.resize(out.offset);
  if (read_at(descriptor, {out.text.data(), out.text.size()}, 0, path) != out.offset) {
    fail("ends within its header");
  }
  Dictionary(std::string_view(out.text).substr(prefix), path).read(out);

  const std::uint64_t most = UINT64_MAX / 16;
  if (out.cols() > most / out.item_size ||
      (out.row_bytes() != 0 && out.rows() > most / out.row_bytes())) {
    fail("its shape is more than a file can hold");
  }
  const std::uint64_t wanted = out.offset + out.rows() * out.row_bytes();
  const std::uint64_t size = file_size(descriptor, path);
  if (size != wanted) {
    fail("has " + std::to_string(size) + " bytes, its header says " + std::to_string(wanted));
  }
  if (out.shape.size() == 1) out.columns_first = false;  // there is one order of one dimension
  if (out.columns_first) {
    // False has a letter more than True, and blanks fill the header.
    const std::size_t at = out.text.find("True");
    out.text.replace(at, 4, "False");
    const std::size_t blank = out.text.find_last_of(' ');
    if (blank == out.text.npos || blank < at) fail("has no room in its header for another order");
    out.text.erase(blank, 1);
  }
  return out;
}

}  // namespace recveil::data
