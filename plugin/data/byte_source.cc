#include "data/byte_source.h"

#include <lzma.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <new>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace recveil::data {
namespace {

// What `xz -9` needs to unpack is 65 MiB; a header that asks for much more is an attack.
constexpr std::uint64_t kXzMemoryLimit = std::uint64_t{256} << 20;
constexpr std::size_t kInputSize = std::size_t{1} << 16;

struct CloseFile {
  void operator()(std::FILE *file) const { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

std::string reason(int error_number) {
  return std::generic_category().message(error_number);
}

class PlainBytes : public ByteSource {
 public:
  PlainBytes(std::string name, FileHandle file) : name_(std::move(name)), file_(std::move(file)) {}

  std::size_t read(std::span<char> out) override {
    errno = 0;
    const std::size_t count = std::fread(out.data(), 1, out.size(), file_.get());
    if (count == 0 && std::ferror(file_.get()) != 0) {
      throw Error(Status::io, name_ + ": cannot be read: " + reason(errno));
    }
    return count;
  }
  const std::string &name() const { return name_; }

 private:
  std::string name_;
  FileHandle file_;
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
  PackedInput input_;
  z_stream stream_{};
  bool between_members_ = false;
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

std::unique_ptr<ByteSource> decoder_for(PlainBytes file) {
  if (file.name().ends_with(".xz")) return std::make_unique<XzBytes>(std::move(file));
  if (file.name().ends_with(".gz")) return std::make_unique<GzipBytes>(std::move(file));
  return std::make_unique<PlainBytes>(std::move(file));
}

}  // namespace

OpenFile open_file(const std::string &path) {
  for (const char *ending : {"", ".xz", ".gz"}) {
    std::string name = path + ending;
    errno = 0;
    FileHandle file(std::fopen(name.c_str(), "rb"));
    if (file != nullptr) return {name, decoder_for(PlainBytes(name, std::move(file)))};
    if (errno != ENOENT) throw Error(Status::io, name + ": cannot be opened: " + reason(errno));
  }
  throw Error(Status::io, path + ": no such file, nor with .xz or .gz");
}

}  // namespace recveil::data
