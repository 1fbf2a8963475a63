#include "data/packer.h"

#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>

namespace recveil::data {
namespace {

constexpr std::size_t kOutputSize = std::size_t{1} << 16;

class Gzip : public Packer {
 public:
  Gzip() {
    constexpr int kGzip = 16 + MAX_WBITS, kMemory = 8;
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Gzip() override { deflateEnd(&stream_); }
  Gzip(const Gzip &) = delete;
  Gzip &operator=(const Gzip &) = delete;

  void add(std::string_view bytes, const Write &write) override {
    while (!bytes.empty()) {  // zlib counts in 32 bits
      const std::string_view part = bytes.substr(0, std::size_t{1} << 30);
      bytes.remove_prefix(part.size());
      run(part, Z_NO_FLUSH, write);
    }
  }
  void finish(const Write &write) override { run("", Z_FINISH, write); }

 private:
  void run(std::string_view bytes, int flush, const Write &write) {
    stream_.next_in = const_cast<Bytef *>(reinterpret_cast<const Bytef *>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef *>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, flush);
      write({out_.data(), out_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::array<char, kOutputSize> out_;
};

class Xz : public Packer {
 public:
  Xz() {
    if (lzma_easy_encoder(&stream_, LZMA_PRESET_DEFAULT, LZMA_CHECK_CRC64) != LZMA_OK) {
      throw std::bad_alloc();
    }
  }
  ~Xz() override { lzma_end(&stream_); }
  Xz(const Xz &) = delete;
  Xz &operator=(const Xz &) = delete;

  void add(std::string_view bytes, const Write &write) override { run(bytes, LZMA_RUN, write); }
  void finish(const Write &write) override { run("", LZMA_FINISH, write); }

 private:
  void run(std::string_view bytes, lzma_action action, const Write &write) {
    stream_.next_in = reinterpret_cast<const std::uint8_t *>(bytes.data());
    stream_.avail_in = bytes.size();
    do {
      stream_.next_out = reinterpret_cast<std::uint8_t *>(out_.data());
      stream_.avail_out = out_.size();
      if (lzma_code(&stream_, action) == LZMA_MEM_ERROR) throw std::bad_alloc();
      write({out_.data(), out_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0 || stream_.avail_in > 0);
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::array<char, kOutputSize> out_;
};

}  // namespace

std::unique_ptr<Packer> make_packer(Packing packing) {
  switch (packing) {
    case Packing::gzip:
      return std::make_unique<Gzip>();
    case Packing::xz:
      return std::make_unique<Xz>();
    case Packing::none:
      break;
  }
  return nullptr;
}

}  // namespace recveil::data
