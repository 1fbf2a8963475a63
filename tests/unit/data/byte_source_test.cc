// Plain, .gz and .xz files hold the same bytes, and damaged ones are errors that name the file.
#include "data/byte_source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/random.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

using support::error_of;
using support::gzip;
using support::TempFolder;
using support::xz;

std::string read_all(const std::string &path, std::size_t chunk = 4096) {
  OpenFile file = open_file(path);
  std::string out;
  std::vector<char> buffer(chunk);
  while (const std::size_t count = file.bytes->read(buffer)) out.append(buffer.data(), count);
  EXPECT_EQ(file.bytes->read(buffer), 0u) << "the end stays the end";
  return out;
}

// Does not pack well, so that the packed files are larger than the decoders' input buffer.
std::string noise(std::size_t size) {
  Rng rng(7);
  std::string out(size, ' ');
  for (char &c : out) c = static_cast<char>(rng.below(256));
  return out;
}

TEST(ByteSource, GivesTheSameBytesPlainAndPacked) {
  const TempFolder folder;
  for (const std::size_t size : {0u, 1u, 4096u, 300'000u}) {
    const std::string text = noise(size);
    folder.write("plain", text);
    folder.write("a.gz", gzip(text));
    folder.write("a.xz", xz(text));
    for (const std::size_t chunk : {7u, 65'536u}) {
      EXPECT_EQ(read_all(folder / "plain", chunk), text);
      EXPECT_EQ(read_all(folder / "a.gz", chunk), text);
      EXPECT_EQ(read_all(folder / "a.xz", chunk), text);
    }
  }
}

TEST(ByteSource, UnpacksWhatIsMuchLargerThanItsInput) {
  const TempFolder folder;
  const std::string text(5'000'000, 'a');
  folder.write("a.gz", gzip(text));
  folder.write("a.xz", xz(text));
  EXPECT_EQ(read_all(folder / "a.gz"), text);
  EXPECT_EQ(read_all(folder / "a.xz"), text);
}

TEST(ByteSource, ReadsConcatenatedFiles) {
  const TempFolder folder;
  folder.write("a.gz", gzip("one\n") + gzip("") + gzip("two\n"));
  folder.write("a.xz", xz("one\n") + xz("") + xz("two\n"));
  EXPECT_EQ(read_all(folder / "a.gz"), "one\ntwo\n");
  EXPECT_EQ(read_all(folder / "a.xz"), "one\ntwo\n");
}

TEST(ByteSource, TriesThePlainNameThenXzThenGz) {
  const TempFolder folder;
  folder.write("a.gz", gzip("gz"));
  EXPECT_EQ(read_all(folder / "a"), "gz");
  EXPECT_EQ(open_file(folder / "a").name, folder / "a.gz");
  folder.write("a.xz", xz("xz"));
  EXPECT_EQ(read_all(folder / "a"), "xz");
  folder.write("a", "plain");
  EXPECT_EQ(read_all(folder / "a"), "plain");
  EXPECT_EQ(open_file(folder / "a").name, folder / "a");
}

TEST(ByteSource, NamesAFileThatCannotBeRead) {
  const TempFolder folder;
  EXPECT_EQ(error_of([&] { open_file(folder / "none"); }),
            "-9: " + folder / "none" + ": no such file, nor with .xz or .gz");
  folder.write("file", "x");
  EXPECT_EQ(error_of([&] { open_file(folder / "file/under"); }),
            "-9: " + folder / "file/under" + ": cannot be opened: Not a directory");
  EXPECT_EQ(error_of([&] { read_all(folder.path()); }),
            "-9: " + folder.path() + ": cannot be read: Is a directory");
}

// Every cut of a packed file, and a flip of every byte: an error that names the file, or (a flip in
// the gzip header's name, time or system fields) the same bytes. Never other bytes.
TEST(ByteSource, NeverTakesADamagedFileForAWholeOne) {
  const TempFolder folder;
  const std::string text = "1,2,3\n4,5,6\n";
  for (const std::string ending : {".gz", ".xz"}) {
    const std::string packed = ending == ".gz" ? gzip(text) : xz(text),
                      path = folder / "a" + ending;
    for (std::size_t size = 0; size < packed.size(); ++size) {
      folder.write("a" + ending, packed.substr(0, size));
      EXPECT_EQ(error_of([&] { read_all(path); }), "-13: " + path + ": " + ending.substr(1) +
                                                       (ending == ".gz" ? "ip" : "") +
                                                       " data ends too early")
          << size;
    }
    std::size_t unnoticed = 0;
    for (std::size_t at = 0; at < packed.size(); ++at) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
      folder.write("a" + ending, damaged);
      std::string read;
      const std::string error = error_of([&] { read = read_all(path); });
      if (error == "no error") {
        EXPECT_EQ(read, text) << at;
        ++unnoticed;
      } else {
        EXPECT_TRUE(error.starts_with("-13: " + path + ": ")) << error;
      }
    }
    EXPECT_LE(unnoticed, ending == ".gz" ? 6u : 0u);
  }
}

TEST(ByteSource, TakesNothingElseBehindAPackedFile) {
  const TempFolder folder;
  folder.write("a.gz", gzip("one\n") + "junk, more junk");
  folder.write("a.xz", xz("one\n") + "junk, more junk");
  EXPECT_EQ(error_of([&] { read_all(folder / "a.gz"); }),
            "-13: " + folder / "a.gz" + ": corrupt gzip data");
  EXPECT_EQ(error_of([&] { read_all(folder / "a.xz"); }),
            "-13: " + folder / "a.xz" + ": corrupt xz data");
  folder.write("b.gz", "user,item\n");
  EXPECT_EQ(error_of([&] { read_all(folder / "b.gz"); }),
            "-13: " + folder / "b.gz" + ": corrupt gzip data");
}

}  // namespace
}  // namespace recveil::data
