// A small file read whole, and what is no such file.
#include "core/read_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "core/error.h"
#include "support/data_folder.h"

namespace recveil {
namespace {

std::string error_of(const std::string &path, std::size_t most) {
  try {
    read_file(path, most);
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), Status::io);
    return error.what();
  }
  return "no error";
}

TEST(ReadFile, IsReadWhole) {
  const support::TempFolder folder;
  const std::string bytes(200'000, '\0');
  EXPECT_EQ(read_file(folder.write("zeros", bytes), bytes.size()), bytes);
  EXPECT_EQ(read_file(folder.write("empty", ""), 0), "");
}

TEST(ReadFile, APipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string bytes(100'000, 'x');  // more than a pipe holds
  std::string read;
  std::thread reader([&] { read = read_file(ends[0], "pipe", 1 << 20); });
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::write(ends[1], bytes.data() + written, bytes.size() - written);
    ASSERT_GT(n, 0);
    written += static_cast<std::size_t>(n);
  }
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  EXPECT_EQ(read, bytes);
}

TEST(ReadFile, NamesWhatIsWrong) {
  const support::TempFolder folder;
  EXPECT_EQ(error_of(folder.path(), 10), folder.path() + ": cannot be read: Is a directory");
  const std::string missing = folder.path() + "/missing";
  EXPECT_EQ(error_of(missing, 10), missing + ": cannot be opened: No such file or directory");
  EXPECT_EQ(error_of("/dev/zero", 3 << 20), "/dev/zero: is longer than 3 MiB");
}

}  // namespace
}  // namespace recveil
