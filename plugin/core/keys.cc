#include "core/keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "core/error.h"

static_assert(std::endian::native == std::endian::little,
              "hash_user takes the bytes of the number");

namespace recveil {
namespace {

void need_sodium() {
  if (sodium_init() < 0) throw Error(Status::internal, "libsodium cannot be initialized");
}

[[noreturn]] void io_error(const std::string &path, const std::string &what) {
  throw Error(Status::io, path + ": " + what);
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

template <std::size_t N>
Secret<N> subkey(const Key &master, std::uint64_t number, const char *context) {
  Secret<N> out;
  crypto_kdf_derive_from_key(out.bytes.data(), N, number, context, master.bytes.data());
  return out;
}

}  // namespace

template <std::size_t N>
Secret<N>::~Secret() {
  sodium_memzero(bytes.data(), N);
}
template <std::size_t N>
bool Secret<N>::operator==(const Secret &other) const noexcept {
  return sodium_memcmp(bytes.data(), other.bytes.data(), N) == 0;
}
template struct Secret<16>;
template struct Secret<32>;

Key read_key_file(const std::string &path) {
  need_sodium();
  // O_NONBLOCK: a pipe that nobody writes to must not hold the host up. Files take no notice.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) io_error(path, std::string("cannot open the key file: ") + std::strerror(errno));
  struct stat info {};
  if (::fstat(file.fd, &info) != 0 || !S_ISREG(info.st_mode)) io_error(path, "not a regular file");
  if ((info.st_mode & 077) != 0) {
    throw Error(Status::config, path + ": the key file can be read by others; run chmod 600");
  }
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    throw Error(Status::config, path + ": the key file belongs to another user");
  }
  Key key;
  if (info.st_size != 32 || ::read(file.fd, key.bytes.data(), 32) != 32) {
    throw Error(Status::config, path + ": a key file has exactly 32 bytes, this one has " +
                                    std::to_string(info.st_size));
  }
  return key;
}

Key random_key() {
  need_sodium();
  Key key;
  randombytes_buf(key.bytes.data(), key.bytes.size());
  return key;
}

void write_key_file(const std::string &path) {
  const Key key = random_key();
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (file.fd < 0)
    io_error(path, std::string("cannot create the key file: ") + std::strerror(errno));
  if (::write(file.fd, key.bytes.data(), 32) != 32 || ::fsync(file.fd) != 0) {
    ::unlink(path.c_str());
    io_error(path, "cannot write the key file");
  }
}

HashKey id_key(const Key &master) {
  return subkey<16>(master, 1, "rveil_id");
}
Key serve_key(const Key &master, std::uint32_t epoch) {
  return subkey<32>(master, epoch, "rveilsrv");
}
HashKey fold_key(const Key &master) {
  return subkey<16>(master, 1, "rveilfld");
}
HashKey cell_key(const Key &master) {
  return subkey<16>(master, 1, "rveilcel");
}
HashKey decoy_key(const Key &master) {
  return subkey<16>(master, 1, "rveildcy");
}
Key state_key(const Key &master) {
  return subkey<32>(master, 1, "rveilsta");
}

std::uint64_t hash_id(const HashKey &key, std::span<const unsigned char> bytes) noexcept {
  std::uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char *>(&out), bytes.data(), bytes.size(),
                   key.bytes.data());
  return out;
}

std::uint64_t hash_user(const HashKey &key, std::uint64_t user) noexcept {
  unsigned char bytes[8];
  std::memcpy(bytes, &user, 8);
  return hash_id(key, bytes);
}

}  // namespace recveil
