// Boost.DLL really unloads the library, and keeps it while an engine of it lives.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "recveil/loader.hpp"

namespace {

std::string library;

bool is_loaded(const std::string &path) {
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle != nullptr) dlclose(handle);
  return handle != nullptr;
}

recveil::Engine open_engine() {
  auto engine = recveil::Engine::open(
      recveil::load(library), "keys: {ephemeral: true}\nserving: {list_length: 5, ratio: .5}");
  engine.publish_popularity({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  engine.publish_users(RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, {1});
  return engine;
}

std::size_t serve_one(const recveil::Engine &engine) {
  recveil_page page = RECVEIL_PAGE_INIT;
  page.k = 5;
  return engine.serve(engine.route(2), page).size();
}

TEST(BoostDll, LoadsServesAndReallyUnloadsAHundredTimes) {
  for (int round = 0; round < 100; ++round) {
    {
      const recveil::Engine engine = open_engine();
      ASSERT_EQ(serve_one(engine), 5u);
      ASSERT_NE(engine.metrics().find("recveil_serving_items_total"), std::string::npos);
      ASSERT_TRUE(is_loaded(library));
    }
    ASSERT_FALSE(is_loaded(library)) << "after round " << round;
  }
}

TEST(BoostDll, AnEngineKeepsItsLibrary) {
  std::optional<recveil::Engine> engine(
      open_engine());  // the Api it was opened with is gone already
  EXPECT_TRUE(is_loaded(library));
  recveil::Engine moved = std::move(*engine);
  engine.reset();
  EXPECT_EQ(serve_one(moved), 5u);
}

TEST(BoostDll, AnAuditUnloadsItsLibraryAndThisOne) {
  const std::string audit = library.substr(0, library.rfind('/')) + "/librecveil-audit.so.0";
  {
    const auto api = recveil::load(library);
    const std::string request =
        R"({"audit": "membership", "data": "synthetic:users=200,items=150,seed=1", "seeds": 1})";
    std::string report;
    ASSERT_EQ(
        api->audit_run(request.data(), request.size(), nullptr, recveil::Engine::append, &report),
        RECVEIL_OK)
        << api->last_error();
    EXPECT_EQ(report.front(), '{');
    EXPECT_FALSE(is_loaded(audit));
  }
  EXPECT_FALSE(is_loaded(library));
}

TEST(BoostDll, NamesWhatCannotBeLoaded) {
  for (const std::string path : {"librecveil.so.0", "./no-such-file.so", "/dev/null"}) {
    try {
      recveil::load(path);
      FAIL() << path;
    } catch (const std::runtime_error &error) {
      EXPECT_EQ(std::string(error.what()).rfind(path, 0), 0u) << error.what();
    }
  }
}

}  // namespace

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) return 2;
  library = argv[1];
  return RUN_ALL_TESTS();
}
