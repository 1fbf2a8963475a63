// Tables of other systems, through the Arrow C stream interface. The bytes say what the structs
// hold: counts, lengths and offsets that may make no sense, pointers that may be NULL. One thing is
// kept, because no reader can check it: a buffer that is there has the size that the array claims.
// Every schema, array and stream that was handed out is given back once.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <limits>
#include <new>
#include <vector>

#include "columns/read.h"
#include "core/error.h"
#include "require.h"

namespace {

using recveil::columns::ArrowArray;
using recveil::columns::ArrowArrayStream;
using recveil::columns::ArrowSchema;
using recveil::fuzz::require;

int left;  // handed out and not given back

template <class Struct>
void give_back(Struct *given) {
  given->release = nullptr;
  --left;
}

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr const char *kFormats[] = {"u", "z", "U", "Z", "vu", "vz", "c", "C",  "s", "S",
                                    "i", "I", "l", "L", "b",  "f",  "g", "+l", "",  nullptr};

class Table {
 public:
  Table(const std::uint8_t *bytes, std::size_t size) : at_(bytes), end_(bytes + size) {}

  void schema(ArrowSchema *out) {
    *out = {};
    out->format = odd() ? kFormats[draw() % std::size(kFormats)] : "+s";
    out->n_children = odd() ? weird() : 1 + draw() % 3;
    for (std::int64_t c = 0; c < std::clamp<std::int64_t>(out->n_children, 0, 3); ++c) {
      children_.push_back(odd() ? nullptr : child(draw() % 4 == 0));
    }
    if (out->n_children > 3) out->n_children = 3, children_.resize(3);
    out->children = odd() ? nullptr : children_.data();
    out->release = give_back<ArrowSchema>;
    n_children_ = out->n_children;
    ++left;
  }

  bool next(ArrowArray *out) {
    *out = {};
    if (draw() % 4 == 0) return true;
    out->length = odd() ? weird() : draw() % 6;
    out->offset = odd() ? weird() : draw() % 3;
    out->null_count = odd() ? weird() : 0;
    out->n_children = odd() ? weird() : n_children_;
    auto &arrays = lists_.emplace_back();
    for (std::int64_t c = 0; c < std::clamp<std::int64_t>(out->n_children, 0, 3); ++c) {
      const ArrowSchema *of = static_cast<std::size_t>(c) < children_.size()
                                  ? children_[static_cast<std::size_t>(c)]
                                  : nullptr;
      arrays.push_back(odd() ? nullptr : array(of, *out));
    }
    if (out->n_children > 3) out->n_children = 3, arrays.resize(3);
    out->children = odd() ? nullptr : arrays.data();
    out->release = give_back<ArrowArray>;
    ++left;
    return true;
  }

  bool fails() { return odd() && draw() % 2 == 0; }

 private:
  std::uint8_t draw() { return at_ == end_ ? 0 : *at_++; }
  bool odd() { return draw() >= 240; }
  std::int64_t weird() {
    static constexpr std::int64_t kWeird[] = {
        -1, kMost, std::numeric_limits<std::int64_t>::min(), kMost - 1, std::int64_t{1} << 40, 3};
    return kWeird[draw() % std::size(kWeird)];
  }

  ArrowSchema *child(bool dictionary) {
    ArrowSchema &out = schemas_.emplace_back();
    out.format = kFormats[draw() % std::size(kFormats)];
    out.name = odd() ? nullptr : "user";
    if (dictionary) {
      if (!odd()) out.format = kFormats[6 + draw() % 8];
      out.dictionary = child(false);
    }
    return &out;
  }

  // Memory of exactly n elements, freed with the table.
  template <class Value>
  Value *memory(std::int64_t n) {
    auto &out = memory_.emplace_back(static_cast<std::size_t>(n) * sizeof(Value));
    for (auto &byte : out) byte = draw();
    return reinterpret_cast<Value *>(out.data());
  }

  template <class Offset>
  void texts(std::vector<const void *> &buffers, std::int64_t n) {
    auto *offsets = memory<Offset>(n + 1);
    Offset last = 0, most = 0;
    for (std::int64_t i = 0; i <= n; ++i) {
      offsets[i] = last = odd() ? static_cast<Offset>(-5) : static_cast<Offset>(last + draw() % 9);
      most = std::max(most, last);
    }
    buffers = {buffers[0], offsets,
               most > 0 && !odd() ? memory<char>(std::int64_t{most}) : nullptr};
  }

  void views(std::vector<const void *> &buffers, std::int64_t n) {
    auto *views = memory<std::int32_t>(4 * n);
    for (std::int64_t i = 0; i < n; ++i) {
      views[4 * i] = odd() ? -1 : draw() % 24;
      if (views[4 * i] <= 12) continue;
      views[4 * i + 2] = odd() ? -1 : draw() % 3;
      views[4 * i + 3] = odd() ? -7 : draw() % 40;
    }
    buffers = {buffers[0], views};
    const int n_variadic = draw() % 3;
    auto *sizes = memory<std::int64_t>(n_variadic);
    for (int b = 0; b < n_variadic; ++b) {
      sizes[b] = odd() ? -1 : draw() % 64;
      buffers.push_back(odd() || sizes[b] <= 0 ? nullptr : memory<char>(sizes[b]));
    }
    buffers.push_back(odd() ? nullptr : sizes);
  }

  ArrowArray *array(const ArrowSchema *of, const ArrowArray &batch) {
    ArrowArray &out = arrays_.emplace_back();
    const std::int64_t needed =
        batch.length >= 0 && batch.length < 64 && batch.offset >= 0 && batch.offset < 64
            ? batch.length + batch.offset
            : draw() % 8;
    out.length = odd() ? weird() : std::max<std::int64_t>(0, needed - (odd() ? 1 : 0));
    out.offset = odd() ? weird() : draw() % 3;
    out.null_count = draw() % 8 == 0 ? -1 : 0;
    const bool real = out.length >= 0 && out.length < 256 && out.offset >= 0 && out.offset < 256;
    const std::int64_t n = real ? out.length + out.offset : 0;
    auto &buffers = buffers_.emplace_back();
    buffers.push_back(real && out.null_count != 0 ? memory<std::uint8_t>((n + 7) / 8) : nullptr);
    const char *format = of != nullptr && of->format != nullptr ? of->format : "";
    const char kind = *format;
    if (!real || odd()) {
      buffers.resize(static_cast<std::size_t>(draw() % 4), nullptr);
    } else if (kind == 'u' || kind == 'z') {
      texts<std::int32_t>(buffers, n);
    } else if (kind == 'U' || kind == 'Z') {
      texts<std::int64_t>(buffers, n);
    } else if (kind == 'v') {
      views(buffers, n);
    } else {
      buffers.push_back(memory<std::int64_t>(n));
      auto *values = static_cast<std::uint8_t *>(const_cast<void *>(buffers[1]));
      const bool small = !odd();  // places in a dictionary, whatever their width
      for (std::int64_t i = 0; small && i < 8 * n; ++i) values[i] %= 2;
    }
    out.n_buffers =
        odd() ? std::min<std::int64_t>(weird(), 0) : static_cast<std::int64_t>(buffers.size());
    out.buffers = odd() ? nullptr : buffers.data();
    if (of != nullptr && of->dictionary != nullptr && !odd()) {
      const ArrowArray all{draw() % 5, 0, 0, 0, 0, nullptr, nullptr, nullptr, nullptr, nullptr};
      out.dictionary = array(of->dictionary, all);
    }
    return &out;
  }

  const std::uint8_t *at_, *end_;
  std::int64_t n_children_ = 0;
  std::vector<ArrowSchema *> children_;
  std::deque<ArrowSchema> schemas_;
  std::deque<ArrowArray> arrays_;
  std::deque<std::vector<ArrowArray *>> lists_;
  std::deque<std::vector<const void *>> buffers_;
  std::deque<std::vector<std::uint8_t>> memory_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  Table table(bytes, std::min<std::size_t>(size, 4096));
  ArrowArrayStream stream{};
  stream.private_data = &table;
  stream.get_schema = [](ArrowArrayStream *self, ArrowSchema *out) {
    auto &of = *static_cast<Table *>(self->private_data);
    if (of.fails()) return 5;
    of.schema(out);
    return 0;
  };
  stream.get_next = [](ArrowArrayStream *self, ArrowArray *out) {
    auto &of = *static_cast<Table *>(self->private_data);
    if (of.fails()) return 5;
    of.next(out);
    return 0;
  };
  stream.get_last_error = [](ArrowArrayStream *) -> const char * { return nullptr; };
  stream.release = give_back<ArrowArrayStream>;
  left = 1;
  try {
    for (const auto &column : recveil::columns::read(&stream)) {
      using recveil::columns::Kind;
      const std::size_t n = column.n_rows;
      require(column.kind != Kind::texts || column.codes.size() == n, "a code for each row");
      require(column.kind != Kind::integers || column.integers.size() == n,
              "a number for each row");
      require(column.kind != Kind::reals || column.reals.size() == n, "a real for each row");
      for (const std::uint32_t code : column.codes) {
        require(code + 1 < column.offsets.size(), "codes of texts that are there");
      }
    }
  } catch (const recveil::Error &error) {
    recveil::fuzz::require_line(error.what());
  }
  require(left == 0, "what was handed out is given back, once");
  return 0;
}
