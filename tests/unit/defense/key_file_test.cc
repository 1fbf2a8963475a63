#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "core/error.h"
#include "core/keys.h"
#include "support/data_folder.h"

namespace recveil::defense {
namespace {

using support::TempFolder;

// "status text" with the file's path as PATH, or "accepted".
std::string error_of(const std::string &path, const std::function<void()> &call) {
  try {
    call();
  } catch (const Error &error) {
    std::string text = error.what();
    if (text.rfind(path, 0) == 0) text = "PATH" + text.substr(path.size());
    return std::to_string(static_cast<int>(error.status())) + " " + text;
  }
  return "accepted";
}
std::string read_error(const std::string &path) {
  return error_of(path, [&] { read_key_file(path); });
}
std::string write_error(const std::string &path) {
  return error_of(path, [&] { write_key_file(path); });
}

std::string key_of(const TempFolder &folder, std::size_t size, mode_t mode) {
  const std::string path = folder.write("key", std::string(size, 'k'));
  EXPECT_EQ(::chmod(path.c_str(), mode), 0);
  return path;
}

TEST(KeyFile, IsReadWhole) {
  const TempFolder folder;
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(200 + i);
  const std::string path = folder.write("key", bytes);
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const Key key = read_key_file(path);
  EXPECT_EQ(std::string(key.bytes.begin(), key.bytes.end()), bytes);
}

TEST(KeyFile, OnlyItsOwnerMayReadIt) {
  const TempFolder folder;
  for (const mode_t mode : {0600u, 0400u, 0700u}) {
    EXPECT_EQ(read_error(key_of(folder, 32, mode)), "accepted") << std::oct << mode;
  }
  for (const mode_t mode : {0640u, 0620u, 0610u, 0604u, 0602u, 0601u, 0644u, 0777u}) {
    EXPECT_EQ(read_error(key_of(folder, 32, mode)),
              "-4 PATH: the key file can be read by others; run chmod 600")
        << std::oct << mode;
  }
}

TEST(KeyFile, HasExactly32Bytes) {
  const TempFolder folder;
  for (const std::size_t size : {0u, 1u, 31u, 33u, 64u, 65u}) {
    EXPECT_EQ(read_error(key_of(folder, size, 0600)),
              "-4 PATH: a key file has exactly 32 bytes, this one has " + std::to_string(size));
  }
}

TEST(KeyFile, BelongsToTheUserOrToRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const TempFolder folder;
  const std::string path = key_of(folder, 32, 0600);
  ASSERT_EQ(::chown(path.c_str(), 12345, static_cast<gid_t>(-1)), 0);
  EXPECT_EQ(read_error(path), "-4 PATH: the key file belongs to another user");
}

TEST(KeyFile, MustBeAFile) {
  const TempFolder folder;
  EXPECT_EQ(read_error(folder / "absent"),
            "-9 PATH: cannot open the key file: No such file or directory");
  EXPECT_EQ(read_error(folder.path()), "-9 PATH: not a regular file");
  EXPECT_EQ(read_error("/dev/null"), "-9 PATH: not a regular file");
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_error(pipe), "-9 PATH: not a regular file");  // at once: nobody writes to it
  EXPECT_EQ(read_error(""), "-9 PATH: cannot open the key file: No such file or directory");
}

TEST(KeyFile, IsWrittenForItsOwnerAlone) {
  const TempFolder folder;
  const mode_t before = ::umask(0);
  write_key_file(folder / "a");
  write_key_file(folder / "b");
  ::umask(before);
  struct stat info {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode, S_IFREG | 0600u);
  EXPECT_EQ(info.st_size, 32);
  EXPECT_FALSE(read_key_file(folder / "a") == read_key_file(folder / "b"));
  EXPECT_FALSE(random_key() == random_key());
}

TEST(KeyFile, IsNeverOverwritten) {
  const TempFolder folder;
  write_key_file(folder / "key");
  const Key first = read_key_file(folder / "key");
  EXPECT_EQ(write_error(folder / "key"), "-9 PATH: cannot create the key file: File exists");
  EXPECT_TRUE(read_key_file(folder / "key") == first);
  // Not through a link either.
  std::filesystem::create_symlink(folder / "elsewhere", folder / "link");
  EXPECT_EQ(write_error(folder / "link"), "-9 PATH: cannot create the key file: File exists");
  EXPECT_FALSE(std::filesystem::exists(folder / "elsewhere"));
  EXPECT_EQ(write_error(folder / "no/key"),
            "-9 PATH: cannot create the key file: No such file or directory");
}

}  // namespace
}  // namespace recveil::defense
