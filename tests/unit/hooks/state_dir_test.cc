// What of a user reaches the disk: keyed hashes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/host.h"
#include "hooks/serve/serve_hook.h"
#include "metrics/counters.h"
#include "support/data_folder.h"
#include "support/state_sample.h"

namespace recveil::hooks {
namespace {

std::string bytes_of(std::uint64_t number) {
  return {reinterpret_cast<const char *>(&number), sizeof(number)};
}

TEST(StateDir, HoldsNoUser) {
  const support::TempFolder folder;
  const Host host(nullptr, nullptr, nullptr, nullptr);
  metrics::Counters counters;
  const Key master = support::state_test_key();
  ServeHook hook({}, master, folder.path(), host, counters);
  const std::vector<std::uint64_t> users{0x1122334455667788, 0x99aabbccddeeff00,
                                         123456789012345678};
  for (const UserSetName set :
       {UserSetName::members, UserSetName::quarantined, UserSetName::erased}) {
    hook.publish_users(set, SetChange::replace, users);
  }
  int files_with_hashes = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder.path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    for (const std::uint64_t user : users) {
      EXPECT_EQ(bytes.find(bytes_of(user)), std::string::npos) << entry.path();
      EXPECT_EQ(bytes.find(std::to_string(user)), std::string::npos) << entry.path();
    }
    const std::uint64_t hash = hash_user(id_key(master), users[0]);
    files_with_hashes += bytes.find(bytes_of(hash)) != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(files_with_hashes, 3);  // one a publication: the search does find what is there
}

}  // namespace
}  // namespace recveil::hooks
