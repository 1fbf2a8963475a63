#include "hooks/serve/state_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "core/error.h"
#include "support/data_folder.h"
#include "support/state_sample.h"

namespace recveil::hooks {
namespace {

using support::same_state;
using support::sample_state;
using support::state_test_key;
using support::TempFolder;

std::string error_of(const std::string &folder, const std::function<void()> &call) {
  try {
    call();
  } catch (const Error &error) {
    std::string text = error.what();
    if (text.rfind(folder, 0) == 0) text = "DIR" + text.substr(folder.size());
    return std::to_string(static_cast<int>(error.status())) + " " + text;
  }
  return "accepted";
}

std::string read_error(const TempFolder &folder, unsigned char key = 1) {
  const StateStore store(folder.path(), state_test_key(key));
  return error_of(folder.path(), [&] { store.newer_than(0); });
}

std::set<std::string> files(const TempFolder &folder) {
  std::set<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(folder.path())) {
    names.insert(entry.path().filename());
  }
  return names;
}

TEST(StateStore, ReadsWhatWasWritten) {
  const TempFolder folder;
  const StateStore store(folder.path(), state_test_key());
  EXPECT_FALSE(store.newer_than(0));
  for (std::uint64_t version = 1; version <= 6; ++version) {
    store.write(sample_state(version, 50));
    const StateStore other(folder.path(), state_test_key());
    const auto read = other.newer_than(version - 1);
    ASSERT_TRUE(read);
    EXPECT_TRUE(same_state(*read, sample_state(version, 50)));
    EXPECT_FALSE(other.newer_than(version));
    EXPECT_FALSE(other.newer_than(version + 1));
  }
}

TEST(StateStore, KeepsTheThreeNewest) {
  const TempFolder folder;
  const StateStore store(folder.path(), state_test_key());
  for (std::uint64_t version = 1; version <= 10; ++version) store.write(sample_state(version, 5));
  EXPECT_EQ(files(folder),
            (std::set<std::string>{"CURRENT", "state-8.bin", "state-9.bin", "state-10.bin"}));
}

TEST(StateStore, FilesAreForTheirOwnerAlone) {
  const TempFolder folder;
  const mode_t before = ::umask(0);
  const StateStore store(folder.path(), state_test_key());
  { const StateStore::PublisherLock lock(store); }
  store.write(sample_state(1, 5));
  ::umask(before);
  EXPECT_EQ(files(folder).size(), 3u);
  for (const std::string &name : files(folder)) {
    struct stat info {};
    ASSERT_EQ(::stat((folder / name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode, S_IFREG | 0600u) << name;
  }
}

TEST(StateStore, NeedsAFolder) {
  const TempFolder folder;
  const auto open = [&](const std::string &path) {
    return error_of(folder.path(), [&] { StateStore(path, state_test_key()); });
  };
  EXPECT_EQ(open(folder / "absent"), "-9 DIR/absent: state_dir: No such file or directory");
  EXPECT_EQ(open(folder.write("file", "x")), "-9 DIR/file: state_dir: not a folder");
}

TEST(StateStore, RefusesADamagedCurrent) {
  const TempFolder folder;
  StateStore(folder.path(), state_test_key()).write(sample_state(7, 5));
  for (const std::string &text :
       {std::string(), std::string("7"), std::string("7\n\n"), std::string("7 \n"),
        std::string(" 7\n"), std::string("-7\n"), std::string("seven\n"), std::string("7\nrest"),
        std::string("99999999999999999999999\n"), std::string("7\0\n", 3),
        std::string(70, '0').append("7\n")}) {
    folder.write("CURRENT", text);
    EXPECT_EQ(read_error(folder), "-9 DIR/CURRENT: damaged") << text;
  }
  folder.write("CURRENT", "7\n");
  EXPECT_EQ(read_error(folder), "accepted");
}

TEST(StateStore, RefusesFilesThatAreNotWhatCurrentSays) {
  const TempFolder folder;
  StateStore(folder.path(), state_test_key()).write(sample_state(7, 5));
  EXPECT_EQ(read_error(folder, 2), "-9 DIR/state-7.bin: damaged, or written with another key");
  folder.write("CURRENT", "8\n");
  EXPECT_EQ(read_error(folder), "-9 DIR/state-8.bin: cannot open: No such file or directory");
  // An old file under a new name: somebody rolls a state back.
  std::filesystem::copy(folder / "state-7.bin", folder / "state-8.bin");
  EXPECT_EQ(read_error(folder), "-9 DIR/state-8.bin: holds another version");
}

TEST(StateStore, AFailedWriteLeavesTheOldState) {
  const TempFolder folder;
  const StateStore store(folder.path(), state_test_key());
  store.write(sample_state(1, 5));
  std::filesystem::create_directory(folder / "state-2.bin.new");
  EXPECT_EQ(error_of(folder.path(), [&] { store.write(sample_state(2, 5)); }),
            "-9 DIR/state-2.bin.new: cannot write: Is a directory");
  EXPECT_TRUE(same_state(store.newer_than(0).value(), sample_state(1, 5)));
  std::filesystem::create_directory(folder / "CURRENT.new");
  EXPECT_NE(error_of(folder.path(), [&] { store.write(sample_state(3, 5)); }), "accepted");
  EXPECT_TRUE(same_state(store.newer_than(0).value(), sample_state(1, 5)));
}

TEST(PublisherLock, ExcludesOtherHoldersAndOpensWhenOneIsKilled) {
  const TempFolder folder;
  const StateStore store(folder.path(), state_test_key());
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const StateStore::PublisherLock lock(store);
    [[maybe_unused]] const auto told = ::write(ready[1], "x", 1);
    ::alarm(60);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  std::atomic<bool> locked{false};
  std::thread waiter([&] {
    const StateStore::PublisherLock lock(store);
    locked = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(locked);
  ::kill(child, SIGKILL);
  waiter.join();
  EXPECT_TRUE(locked);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(PublisherLock, NamesAFolderThatIsGone) {
  std::optional<TempFolder> folder;
  folder.emplace();
  const StateStore store(folder->path(), state_test_key());
  const std::string path = folder->path();
  folder.reset();
  EXPECT_EQ(error_of(path, [&] { const StateStore::PublisherLock lock(store); }),
            "-9 DIR/LOCK: cannot open: No such file or directory");
}

}  // namespace
}  // namespace recveil::hooks
