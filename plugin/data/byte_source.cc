#include "data/byte_source.h"

#include <lzma.h>
#include <strings.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <new>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "data/pipe.h"

namespace recveil::data {
namespace {

// What `xz -9` needs to unpack is 65 MiB; a header that asks for much more is an attack.
constexpr std::uint64_t kXzMemoryLimit = std::uint64_t{256} << 20;
constexpr std::size_t kInputSize = std::size_t{1} << 16;

struct CloseFile {
  void operator()(std::FILE *file) const { static_cast<void>(std::fclose(file)); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

std::string reason(int error_number) {
  return std::generic_category().message(error_number);
}

class PlainBytes : public ByteSource {
 public:
  PlainBytes(std::string name, FileHandle file) : name_(std::move(name)), file_(std::move(file)) {}

  std::size_t read(std::span<char> out) override {
    if (looked_at_.empty()) return read_file(out);
    const std::size_t count = looked_at_.copy(out.data(), out.size());
    looked_at_.erase(0, count);
    return count;
  }
  // The first bytes of the file, which read() still gives.
  const std::string &look() {
    looked_at_.resize(kMagicSize);
    looked_at_.resize(read_file(looked_at_));
    return looked_at_;
  }
  const std::string &name() const { return name_; }

 private:
  static constexpr std::size_t kMagicSize = 6;

  std::size_t read_file(std::span<char> out) {
    errno = 0;
    const std::size_t count = std::fread(out.data(), 1, out.size(), file_.get());
    if (count == 0 && std::ferror(file_.get()) != 0) {
      throw Error(Status::io, name_ + ": cannot be read: " + reason(errno));
    }
    return count;
  }

  std::string name_;
  FileHandle file_;
  std::string looked_at_;
};

// What both decoders share: packed bytes in a buffer, refilled when the decoder has used them up.
class PackedInput {
 public:
  explicit PackedInput(PlainBytes file) : file_(std::move(file)) {}

  // The next packed bytes; none at the end of the file.
  std::span<const std::uint8_t> refill() {
    const std::size_t count = file_.read(buffer_);
    ended_ = count == 0;
    return {reinterpret_cast<const std::uint8_t *>(buffer_.data()), count};
  }
  bool ended() const { return ended_; }
  [[noreturn]] void fail(const char *what) const {
    throw Error(Status::data, file_.name() + ": " + what);
  }

 private:
  PlainBytes file_;
  std::array<char, kInputSize> buffer_{};
  bool ended_ = false;
};

// Not gzread: that one takes whatever follows a damaged member for padding and drops it.
class GzipBytes : public ByteSource {
 public:
  explicit GzipBytes(PlainBytes file) : input_(std::move(file)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipBytes() override { inflateEnd(&stream_); }
  GzipBytes(const GzipBytes &) = delete;
  GzipBytes &operator=(const GzipBytes &) = delete;

  std::size_t read(std::span<char> out) override {
    stream_.next_out = reinterpret_cast<Bytef *>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    while (true) {
      if (stream_.avail_in == 0 && !input_.ended()) {
        const auto packed = input_.refill();
        stream_.next_in = const_cast<Bytef *>(packed.data());
        stream_.avail_in = static_cast<uInt>(packed.size());
      }
      if (between_members_) {
        if (stream_.avail_in == 0) return 0;
        if (padded_ || *stream_.next_in == 0) {
          skip_padding();
          continue;
        }
        inflateReset(&stream_);
      }
      const int status = inflate(&stream_, Z_NO_FLUSH);
      between_members_ = status == Z_STREAM_END;
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status == Z_BUF_ERROR && input_.ended()) input_.fail("gzip data ends too early");
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
        input_.fail("corrupt gzip data");
      }
      if (const std::size_t made = out.size() - stream_.avail_out; made > 0) return made;
    }
  }

 private:
  // Tapes, block devices and some object stores fill the rest of a block with zeros.
  void skip_padding() {
    padded_ = true;
    for (; stream_.avail_in > 0; --stream_.avail_in, ++stream_.next_in) {
      if (*stream_.next_in != 0) input_.fail("corrupt gzip data");
    }
  }

  PackedInput input_;
  z_stream stream_{};
  bool between_members_ = false, padded_ = false;
};

class XzBytes : public ByteSource {
 public:
  explicit XzBytes(PlainBytes file) : input_(std::move(file)) {
    if (lzma_stream_decoder(&stream_, kXzMemoryLimit, LZMA_CONCATENATED) != LZMA_OK) {
      throw std::bad_alloc();
    }
  }
  ~XzBytes() override { lzma_end(&stream_); }
  XzBytes(const XzBytes &) = delete;
  XzBytes &operator=(const XzBytes &) = delete;

  std::size_t read(std::span<char> out) override {
    stream_.next_out = reinterpret_cast<std::uint8_t *>(out.data());
    stream_.avail_out = out.size();
    while (!ended_) {
      if (stream_.avail_in == 0 && !input_.ended()) {
        const auto packed = input_.refill();
        stream_.next_in = packed.data();
        stream_.avail_in = packed.size();
      }
      const lzma_ret status = lzma_code(&stream_, input_.ended() ? LZMA_FINISH : LZMA_RUN);
      ended_ = status == LZMA_STREAM_END;
      if (status == LZMA_MEM_ERROR) throw std::bad_alloc();
      if (status == LZMA_MEMLIMIT_ERROR) input_.fail("xz data needs over 256 MiB to unpack");
      if (status == LZMA_BUF_ERROR) input_.fail("xz data ends too early");
      if (status != LZMA_OK && status != LZMA_STREAM_END) input_.fail("corrupt xz data");
      if (const std::size_t made = out.size() - stream_.avail_out; made > 0) return made;
    }
    return 0;
  }

 private:
  PackedInput input_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

bool ends_with_word(std::string_view name, std::string_view ending) {
  return name.size() >= ending.size() && ::strncasecmp(name.data() + name.size() - ending.size(),
                                                       ending.data(), ending.size()) == 0;
}

// What the file holds decides, and its name where it holds neither: a cut or damaged one.
Packing packing_of(const std::string &start, std::string_view name) {
  if (start.starts_with("\x1F\x8B")) return Packing::gzip;
  if (start.starts_with(std::string_view("\xFD\x37zXZ\0", 6))) return Packing::xz;
  return packing_of_name(name);
}

std::unique_ptr<ByteSource> decoder_for(Packing packing, PlainBytes file) {
  switch (packing) {
    case Packing::xz:
      return std::make_unique<XzBytes>(std::move(file));
    case Packing::gzip:
      return std::make_unique<GzipBytes>(std::move(file));
    case Packing::none:
      break;
  }
  return std::make_unique<PlainBytes>(std::move(file));
}

FileHandle open_plain(const std::string &name) {
  FileHandle file(std::fopen(name.c_str(), "rb"));
  if (file == nullptr || !is_pipe(::fileno(file.get()))) return file;
  return FileHandle(::fdopen(kept(::fileno(file.get()), name), "rb"));
}

}  // namespace

Packing packing_of_name(std::string_view name) {
  if (ends_with_word(name, ".xz")) return Packing::xz;
  return ends_with_word(name, ".gz") ? Packing::gzip : Packing::none;
}

OpenFile open_file(const std::string &path) {
  for (const char *ending : {"", ".xz", ".gz"}) {
    std::string name = path + ending;
    errno = 0;
    FileHandle file = open_plain(name);
    if (file != nullptr) {
      PlainBytes plain(name, std::move(file));
      const Packing packing = packing_of(plain.look(), name);
      return {name, decoder_for(packing, std::move(plain)), packing != Packing::none};
    }
    if (errno != ENOENT) throw Error(Status::io, name + ": cannot be opened: " + reason(errno));
  }
  throw Error(Status::io, path + ": no such file, nor with .xz or .gz");
}

}  // namespace recveil::data
