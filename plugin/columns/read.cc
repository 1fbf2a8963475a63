#include "columns/read.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/error.h"

namespace recveil::columns {
namespace {

template <class Released>
struct Owned : Released {
  Owned() : Released{} {}
  Owned(const Owned &) = delete;
  Owned &operator=(const Owned &) = delete;
  ~Owned() {
    if (this->release != nullptr) this->release(this);
  }
};

struct StreamGuard {
  ArrowArrayStream *stream;
  ~StreamGuard() {
    if (stream->release != nullptr) stream->release(stream);
  }
};

[[noreturn]] void fail(const Column &column, std::int64_t row, const std::string &what) {
  throw Error(Status::data, "column " + column.name + ", row " + std::to_string(row) + ": " + what);
}

// Counts and pointers of an array that can be checked; what its buffers hold cannot be.
void check_array(const Column &column, const ArrowArray *array, std::int64_t row) {
  if (array == nullptr) fail(column, row, "has no array");
  if (array->length < 0 || array->offset < 0 ||
      array->length > std::numeric_limits<std::int64_t>::max() - array->offset) {
    fail(column, row, "has a length or an offset that makes no sense");
  }
  if (array->n_buffers < 0 || (array->n_buffers > 0 && array->buffers == nullptr)) {
    fail(column, row, "has no buffers");
  }
}

std::string_view text_of(const char *text) {
  return text == nullptr ? "" : text;
}

bool bit(const void *bitmap, std::int64_t i) {
  return (static_cast<const std::uint8_t *>(bitmap)[i / 8] >> (i % 8) & 1) != 0;
}

// Some rows of one column: where they are in the arrays, and where in the whole table.
struct Slice {
  const ArrowArray &array;
  std::int64_t first, n, row;

  std::int64_t at(std::int64_t i) const { return first + i; }

  template <class Value>
  const Value *buffer(std::int64_t b) const {
    return b < array.n_buffers ? static_cast<const Value *>(array.buffers[b]) : nullptr;
  }
};

void check_present(const Column &column, const Slice &slice) {
  const void *bitmap = slice.buffer<void>(0);
  if (slice.array.null_count == 0 || bitmap == nullptr) return;
  for (std::int64_t i = 0; i < slice.n; ++i) {
    if (!bit(bitmap, slice.at(i))) fail(column, slice.row + i, "is missing");
  }
}

template <class Value, class Out>
void numbers(Column &column, const Slice &slice, std::vector<Out> &out) {
  const auto *values = slice.buffer<Value>(1);
  if (values == nullptr && slice.n > 0) fail(column, slice.row, "has no data");
  for (std::int64_t i = 0; i < slice.n; ++i) {
    const Value value = values[slice.at(i)];
    if constexpr (std::is_same_v<Value, std::uint64_t>) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        fail(column, slice.row + i, std::to_string(value) + " is above 2^63 - 1");
      }
    }
    out.push_back(static_cast<Out>(value));
  }
}

void booleans(Column &column, const Slice &slice) {
  const void *bits = slice.buffer<void>(1);
  if (bits == nullptr && slice.n > 0) fail(column, slice.row, "has no data");
  for (std::int64_t i = 0; i < slice.n; ++i) {
    column.integers.push_back(bit(bits, slice.at(i)) ? 1 : 0);
  }
}

std::uint32_t code_of(Column &column, std::string_view text) {
  const auto found = column.known.find(text);
  if (found != column.known.end()) return found->second;
  const auto code = static_cast<std::uint32_t>(column.known.size());
  column.known.emplace(text, code);
  column.bytes.append(text);
  column.offsets.push_back(column.bytes.size());
  return code;
}

// Text i of an array with offsets.
template <class Offset>
std::string_view text_at(const Column &column, const ArrowArray &array, std::int64_t i,
                         std::int64_t row) {
  const auto *offsets =
      array.n_buffers < 3 ? nullptr : static_cast<const Offset *>(array.buffers[1]);
  if (offsets == nullptr) fail(column, row, "has no data");
  const Offset from = offsets[i], to = offsets[i + 1];
  if (from < 0 || to < from) fail(column, row, "has offsets that fall");
  if (from == to) return {};
  const auto *bytes = static_cast<const char *>(array.buffers[2]);
  if (bytes == nullptr) fail(column, row, "has no data");
  return {bytes + from, static_cast<std::size_t>(to - from)};
}

// Text i of an array of views: up to 12 bytes in the view itself, else in one of the buffers after
// it, whose sizes are in the last.
std::string_view view_at(const Column &column, const ArrowArray &array, std::int64_t i,
                         std::int64_t row) {
  constexpr std::int32_t kInline = 12;
  if (array.n_buffers < 3 || array.buffers[1] == nullptr) fail(column, row, "has no data");
  const char *view = static_cast<const char *>(array.buffers[1]) + 16 * i;
  std::int32_t size = 0, buffer = 0, offset = 0;
  std::memcpy(&size, view, 4);
  if (size < 0) fail(column, row, "has a length below 0");
  if (size <= kInline) return {view + 4, static_cast<std::size_t>(size)};
  std::memcpy(&buffer, view + 8, 4);
  std::memcpy(&offset, view + 12, 4);
  const auto *sizes = static_cast<const std::int64_t *>(array.buffers[array.n_buffers - 1]);
  if (buffer < 0 || buffer >= array.n_buffers - 3 || sizes == nullptr || offset < 0 ||
      std::int64_t{offset} + size > sizes[buffer] || array.buffers[2 + buffer] == nullptr) {
    fail(column, row, "has a view past the end of its buffer");
  }
  return {static_cast<const char *>(array.buffers[2 + buffer]) + offset,
          static_cast<std::size_t>(size)};
}

using TextAt = std::string_view (*)(const Column &, const ArrowArray &, std::int64_t, std::int64_t);

TextAt reader_of(std::string_view format) {
  if (format == "u" || format == "z") return text_at<std::int32_t>;
  if (format == "U" || format == "Z") return text_at<std::int64_t>;
  if (format == "vu" || format == "vz") return view_at;
  return nullptr;
}

bool read_integers(Column &column, const Slice &slice, std::string_view format) {
  auto &out = column.integers;
  if (format == "c")
    numbers<std::int8_t>(column, slice, out);
  else if (format == "C")
    numbers<std::uint8_t>(column, slice, out);
  else if (format == "s")
    numbers<std::int16_t>(column, slice, out);
  else if (format == "S")
    numbers<std::uint16_t>(column, slice, out);
  else if (format == "i")
    numbers<std::int32_t>(column, slice, out);
  else if (format == "I")
    numbers<std::uint32_t>(column, slice, out);
  else if (format == "l")
    numbers<std::int64_t>(column, slice, out);
  else if (format == "L")
    numbers<std::uint64_t>(column, slice, out);
  else if (format == "b")
    booleans(column, slice);
  else
    return false;
  return true;
}

bool is_integer(std::string_view format) {
  return format.size() == 1 && std::string_view("cCsSiIlLb").find(format) != std::string_view::npos;
}

// A dictionary: integers that index texts. The codes of this batch's texts are looked up once.
void dictionary(Column &column, const Slice &slice, const ArrowSchema &schema) {
  const ArrowArray *texts = slice.array.dictionary;
  if (texts == nullptr) fail(column, slice.row, "has no dictionary");
  check_array(column, texts, slice.row);
  const void *present = texts->n_buffers > 0 ? texts->buffers[0] : nullptr;
  const TextAt text = reader_of(text_of(schema.dictionary->format));
  Column index;
  index.name = column.name;
  if (!read_integers(index, slice, schema.format)) fail(column, slice.row, "is no dictionary");
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> codes;  // as far as texts were read: a length is only what they claim
  for (std::int64_t i = 0; i < slice.n; ++i) {
    const std::int64_t place = index.integers[static_cast<std::size_t>(i)];
    if (place < 0 || place >= texts->length) {
      fail(column, slice.row + i, "is not in its dictionary");
    }
    if (texts->null_count != 0 && present != nullptr && !bit(present, texts->offset + place)) {
      fail(column, slice.row + i, "is missing");
    }
    const auto at = static_cast<std::size_t>(place);
    if (at >= codes.size() || codes[at] == kNone) {
      const std::uint32_t code =
          code_of(column, text(column, *texts, texts->offset + place, slice.row + i));
      if (at >= codes.size()) codes.resize(std::max(at + 1, 2 * codes.size()), kNone);
      codes[at] = code;
    }
    column.codes.push_back(codes[at]);
  }
}

Kind kind_of(const ArrowSchema &schema) {
  const std::string_view format = text_of(schema.format);
  if (schema.dictionary != nullptr) {
    const bool texts = reader_of(text_of(schema.dictionary->format)) != nullptr;
    return texts && is_integer(format) ? Kind::texts : Kind::other;
  }
  if (reader_of(format) != nullptr) return Kind::texts;
  if (is_integer(format)) return Kind::integers;
  return format == "f" || format == "g" ? Kind::reals : Kind::other;
}

void append(Column &column, const Slice &slice, const ArrowSchema &schema) {
  column.n_rows += static_cast<std::size_t>(slice.n);
  if (column.kind == Kind::other) return;
  check_present(column, slice);
  const std::string_view format = text_of(schema.format);
  if (schema.dictionary != nullptr) return dictionary(column, slice, schema);
  if (column.kind == Kind::integers) {
    read_integers(column, slice, format);
  } else if (format == "f") {
    numbers<float>(column, slice, column.reals);
  } else if (format == "g") {
    numbers<double>(column, slice, column.reals);
  } else {
    const TextAt text = reader_of(format);
    for (std::int64_t i = 0; i < slice.n; ++i) {
      column.codes.push_back(
          code_of(column, text(column, slice.array, slice.at(i), slice.row + i)));
    }
  }
}

void check(int code, ArrowArrayStream *stream) {
  if (code == 0) return;
  const char *text = stream->get_last_error == nullptr ? nullptr : stream->get_last_error(stream);
  throw Error(Status::host, std::string("stream: ") + (text == nullptr ? "failed" : text));
}

}  // namespace

std::vector<Column> read(ArrowArrayStream *stream) {
  const StreamGuard guard{stream};
  if (stream->get_schema == nullptr || stream->get_next == nullptr) {
    throw Error(Status::data, "stream: has no functions");
  }
  Owned<ArrowSchema> schema;
  check(stream->get_schema(stream, &schema), stream);
  if (text_of(schema.format) != "+s" || schema.n_children < 0 ||
      (schema.n_children > 0 && schema.children == nullptr)) {
    throw Error(Status::data, "stream: is not a table of records");
  }
  std::vector<Column> columns;
  for (std::int64_t c = 0; c < schema.n_children; ++c) {
    const ArrowSchema *child = schema.children[c];
    if (child == nullptr) throw Error(Status::data, "stream: a column has no schema");
    Column &column = columns.emplace_back();
    column.name = text_of(child->name);
    column.kind = kind_of(*child);
  }
  for (std::int64_t row = 0;;) {
    Owned<ArrowArray> batch;
    check(stream->get_next(stream, &batch), stream);
    if (batch.release == nullptr) return columns;
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (batch.n_children != schema.n_children || batch.length < 0 || batch.offset < 0 ||
        batch.length > kMost - batch.offset || batch.length > kMost - row ||
        (batch.n_children > 0 && batch.children == nullptr)) {
      throw Error(Status::data, "stream: a batch does not fit the schema");
    }
    if (batch.null_count > 0) throw Error(Status::data, "stream: a whole row is missing");
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const ArrowArray *child = batch.children[c];
      check_array(columns[c], child, row);
      if (child->length < batch.offset + batch.length) {
        throw Error(Status::data, "column " + columns[c].name + ": is shorter than the batch");
      }
      append(columns[c], {*child, child->offset + batch.offset, batch.length, row},
             *schema.children[c]);
    }
    row += batch.length;
  }
}

}  // namespace recveil::columns
