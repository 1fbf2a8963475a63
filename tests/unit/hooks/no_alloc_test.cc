// What is promised [no-alloc] does not allocate: every allocation of the process, that of the
// library included, goes through the functions below and is counted while a test looks.
#include <errno.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <stdlib.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "recveil/recveil.h"
#include "support/host_erase.h"
#include "support/host_folds.h"

namespace {

std::atomic<bool> counting{false};
std::atomic<long> allocations{0};

void count() noexcept {
  if (counting) ++allocations;
}

}  // namespace

// glibc's own functions behind the names that are taken over. Visible, or the other libraries of
// the process would not see them.
#pragma GCC visibility push(default)
extern "C" {
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t items, size_t size);
void *__libc_realloc(void *block, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

void *malloc(size_t n) noexcept {
  count();
  return __libc_malloc(n);
}
void *calloc(size_t items, size_t size) noexcept {
  count();
  return __libc_calloc(items, size);
}
void *realloc(void *block, size_t n) noexcept {
  count();
  return __libc_realloc(block, n);
}
void *memalign(size_t alignment, size_t n) noexcept {
  count();
  return __libc_memalign(alignment, n);
}
void *aligned_alloc(size_t alignment, size_t n) noexcept {
  count();
  return __libc_memalign(alignment, n);
}
int posix_memalign(void **out, size_t alignment, size_t n) noexcept {
  count();
  *out = __libc_memalign(alignment, n);
  return *out != nullptr ? 0 : ENOMEM;
}
}
#pragma GCC visibility pop

namespace {

template <class Call>
long allocations_of(Call call) {
  allocations = 0;
  counting = true;
  call();
  counting = false;
  return allocations;
}

constexpr std::uint32_t kLength = 100, kUsers = 64;

class NoAlloc : public testing::TestWithParam<const char *> {
 protected:
  void SetUp() override {
    const std::string yaml =
        std::string("serving: {mode: ") + GetParam() + "}\nkeys: {ephemeral: true}";
    ASSERT_EQ(recveil_engine_open(yaml.data(), yaml.size(), nullptr, &engine_), RECVEIL_OK);
    const std::vector<std::uint64_t> counts(2000, 3);
    recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
    popularity.counts = counts.data();
    popularity.n_items = counts.size();
    ASSERT_EQ(recveil_publish_popularity(engine_, &popularity), RECVEIL_OK);
    for (std::uint32_t u = 0; u < kUsers; ++u) users_[u] = u;
    ASSERT_EQ(
        recveil_publish_users(engine_, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, users_, kUsers / 2),
        RECVEIL_OK);
    for (std::uint32_t i = 0; i < kSeen; ++i) seen_[i] = 3 * i;
    for (std::uint32_t u = 0; u <= kUsers; ++u) seen_offsets_[u] = u * kSeen / kUsers;
    for (std::uint32_t u = 0; u < kUsers; ++u) n_host_[u] = 1000;
  }
  void TearDown() override { recveil_engine_close(engine_); }

  // Everything a request does, for half members, half others; false if a call failed.
  bool requests(std::uint32_t n_seen, std::uint32_t epoch) {
    bool ok = true;
    for (const recveil_user user : users_) {
      recveil_request request = RECVEIL_REQUEST_INIT;
      request.user = user;
      request.epoch = epoch;
      recveil_decision decision = RECVEIL_DECISION_INIT;
      ok = recveil_route(engine_, &request, &decision) == RECVEIL_OK && ok;
      recveil_page page = RECVEIL_PAGE_INIT;
      page.n_host = decision.path == RECVEIL_PATH_HOST ? 1000 : 0;
      page.k = kLength;
      page.seen = n_seen > 0 ? seen_ : nullptr;
      page.n_seen = n_seen;
      recveil_slate slate = RECVEIL_SLATE_INIT;
      slate.positions = positions_;
      slate.origins = origins_;
      ok = recveil_serve(engine_, &decision, &page, &slate) == RECVEIL_OK && ok;
      ok = slate.n_filled == kLength && ok;
    }
    return ok;
  }

  bool batches(bool with_seen) {
    recveil_batch batch{};
    batch.struct_size = sizeof(batch);
    batch.n_users = kUsers;
    batch.users = users_;
    batch.k = kLength;
    batch.paths = paths_;
    batch.n_host = n_host_;
    batch.n_filled = counts_;
    batch.positions = positions_;
    batch.origins = origins_;
    if (with_seen) {
      batch.seen = seen_;
      batch.seen_offsets = seen_offsets_;
    }
    return recveil_route_batch(engine_, &batch) == RECVEIL_OK &&
           recveil_serve_batch(engine_, &batch) == RECVEIL_OK && counts_[kUsers - 1] == kLength;
  }

  static constexpr std::uint32_t kSeen = 300;
  recveil_engine *engine_ = nullptr;
  recveil_user users_[kUsers];
  std::uint32_t seen_[kSeen], n_host_[kUsers], counts_[kUsers], positions_[kUsers * kLength];
  std::size_t seen_offsets_[kUsers + 1];
  recveil_path paths_[kUsers];
  recveil_origin origins_[kUsers * kLength];
};

TEST(AllocationCounter, Counts) {
  void *blocks[6] = {};
  EXPECT_EQ(allocations_of([&] {
              blocks[0] = malloc(10);
              blocks[1] = calloc(2, 10);
              blocks[2] = realloc(nullptr, 10);
              blocks[3] = aligned_alloc(64, 64);
              blocks[4] = memalign(64, 64);
              if (posix_memalign(&blocks[5], 64, 64) != 0) blocks[5] = nullptr;
            }),
            6);
  for (void *block : blocks) free(block);
  std::unique_ptr<std::string> text;  // operator new goes through malloc
  EXPECT_EQ(allocations_of([&] { text = std::make_unique<std::string>(100, 'x'); }), 2);
  EXPECT_EQ(allocations_of([] {}), 0);
}

// It sees into the library: opening an engine allocates.
TEST(AllocationCounter, SeesTheLibrary) {
  const std::string yaml = "keys: {ephemeral: true}";
  recveil_engine *engine = nullptr;
  recveil_status status = RECVEIL_E_INTERNAL;
  EXPECT_GT(allocations_of(
                [&] { status = recveil_engine_open(yaml.data(), yaml.size(), nullptr, &engine); }),
            10);
  EXPECT_EQ(status, RECVEIL_OK);
  recveil_engine_close(engine);
}

TEST_P(NoAlloc, RequestsDoNot) {
  ASSERT_TRUE(requests(0, 0));  // warm
  bool ok = true;
  EXPECT_EQ(allocations_of([&] {
              for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
                for (const std::uint32_t n_seen : {0u, 1u, kSeen}) {
                  ok = requests(n_seen, epoch) && ok;
                }
              }
            }),
            0);
  EXPECT_TRUE(ok);
}

TEST_P(NoAlloc, BatchesDoNot) {
  ASSERT_TRUE(batches(true));
  bool ok = true;
  EXPECT_EQ(allocations_of([&] { ok = batches(false) && batches(true); }), 0);
  EXPECT_TRUE(ok);
}

TEST_P(NoAlloc, QuestionsDoNot) {
  bool ok = true;
  std::uint32_t items[1000];
  EXPECT_EQ(allocations_of([&] {
              recveil_engine_info info = RECVEIL_ENGINE_INFO_INIT;
              ok = recveil_engine_get_info(engine_, &info) == RECVEIL_OK && ok;
              recveil_user user = 0;
              ok = recveil_user_from_bytes(engine_, "ann", 3, &user) == RECVEIL_OK && ok;
              ok = recveil_pool_read(engine_, 0, items, 1000, nullptr, nullptr) == RECVEIL_OK && ok;
              ok = recveil_has_feature("state_dir") == 1 && ok;
              ok = recveil_version() != nullptr && recveil_abi_version() == RECVEIL_ABI_MAJOR && ok;
              ok = recveil_status_name(RECVEIL_E_IO) != nullptr && ok;
              ok = recveil_last_error() != nullptr && ok;
            }),
            0);
  EXPECT_TRUE(ok);
}

// Users 0, 2, 4, ... have a standing erasure: their rows are mapped, and items are hidden from
// their lists.
void erase_half(recveil_engine *engine, recveil_fold_kind kind) {
  std::vector<float> rows(400 * HOST_D);
  std::vector<std::int32_t> classes(400), theirs(20, 1);
  host_make_rows(rows.data(), classes.data(), 400, HOST_D, 1);
  const recveil_matrix matrix = host_matrix(rows.data(), 400, HOST_D);
  recveil_erase_map *map = host_fit(RECVEIL_ERASE_OPTIMAL_TRANSPORT, &matrix, classes.data());
  const recveil_erase_map *const maps[HOST_FOLDS] = {map, map, map};
  std::vector<std::size_t> offsets;
  std::vector<std::uint32_t> items;
  for (std::uint32_t u = 0; u <= 400; ++u) {
    offsets.push_back(2 * u);
    items.insert(items.end(), {u % 20, 20 + u % (u % 2 == 0 ? 20 : 5)});
  }
  host_bytes table{};
  ASSERT_EQ(recveil_decoys_fit(400, offsets.data(), items.data(), HOST_ITEMS, classes.data(), 2,
                               host_collect, &table),
            RECVEIL_OK);
  std::vector<recveil_user> users;
  for (recveil_user user = 0; user < 40; user += 2) users.push_back(user);
  recveil_erasures erasures = RECVEIL_ERASURES_INIT;
  erasures.model_version = 1;
  erasures.n_maps = kind == RECVEIL_FOLD_FACTORS ? HOST_FOLDS : 0;
  erasures.maps = maps;
  erasures.n_attributes = 1;
  erasures.users = users.data();
  erasures.n_users = users.size();
  erasures.classes = theirs.data();
  erasures.decoys = table.data;
  erasures.decoys_size = table.n;
  ASSERT_EQ(recveil_publish_erasures(engine, &erasures), RECVEIL_OK);
  free(table.data);
  recveil_erase_map_close(map);
}

// A batch of 20 with weights, on both paths.
bool recommend_many(recveil_engine *engine, const std::vector<std::uint32_t> &history,
                    std::vector<unsigned char> &scratch) {
  recveil_user users[20];
  std::size_t offsets[21] = {0};
  std::uint32_t items[20 * 7], n_filled[20], shown[20 * 4];
  float weights[20 * 7];
  recveil_path paths[20];
  for (std::size_t u = 0; u < 20; ++u) {
    users[u] = u;
    offsets[u + 1] = offsets[u] + (u % 5 == 0 ? 0 : 7);
    for (std::size_t i = offsets[u]; i < offsets[u + 1]; ++i) {
      items[i] = history[i - offsets[u]];
      weights[i] = static_cast<float>(1 + i % 3);
    }
  }
  recveil_recommend_pages batch = RECVEIL_RECOMMEND_PAGES_INIT;
  batch.n_users = 20;
  batch.users = users;
  batch.history_offsets = offsets;
  batch.history_items = items;
  batch.history_weights = weights;
  batch.k = 4;
  batch.paths = paths;
  batch.n_filled = n_filled;
  batch.items = shown;
  std::size_t bytes = 0;
  return recveil_fold_scratch_size(engine, 20, 7, 4, &bytes) == RECVEIL_OK &&
         bytes <= scratch.size() &&
         recveil_recommend_batch(engine, &batch, scratch.data(), bytes) == RECVEIL_OK;
}

// Fold-in, alone and in batches, ranking and recommending, of both kinds.
TEST(NoAllocFold, FoldInAndRankDoNot) {
  for (const recveil_fold_kind kind : {RECVEIL_FOLD_FACTORS, RECVEIL_FOLD_ITEM_ITEM}) {
    auto folds = std::make_unique<host_folds>();
    host_make_folds(folds.get(), kind, 1, 3);
    recveil_engine *engine = host_open(
        "serving: {mode: cross_fit, folds: 3, support_floor: 2, list_length: 10, ratio: 0.5, "
        "decoys: true}\nkeys: {ephemeral: true}");
    ASSERT_EQ(recveil_publish_folds(engine, &folds->folds), RECVEIL_OK);
    ASSERT_EQ(host_publish_items(engine, 40, 0), RECVEIL_OK);
    erase_half(engine, kind);
    const std::vector<std::uint32_t> history{5, 39, 4, 12, 100, 4, 7};
    std::size_t in_bytes = 0, rank_bytes = 0, batch_bytes = 0;
    std::vector<unsigned char> scratch(1 << 16);
    bool ok = true;
    EXPECT_EQ(
        allocations_of([&] {
          std::uint16_t fold = 0;
          ok = recveil_fold_of(engine, 5, &fold) == RECVEIL_OK && ok;
          ok = recveil_fold_scratch_size(engine, 1, 7, 0, &in_bytes) == RECVEIL_OK && ok;
          ok = recveil_fold_scratch_size(engine, 2, 7, 0, &batch_bytes) == RECVEIL_OK && ok;
          ok = recveil_fold_scratch_size(engine, 1, 7, 10, &rank_bytes) == RECVEIL_OK && ok;
          for (recveil_user user = 0; user < 20; ++user) {
            recveil_request request = RECVEIL_REQUEST_INIT;
            request.user = user;
            request.n_history = 7;
            recveil_decision decision = RECVEIL_DECISION_INIT;
            ok = recveil_route(engine, &request, &decision) == RECVEIL_OK && ok;
            float rows[3 * HOST_D];
            if (kind == RECVEIL_FOLD_FACTORS) {
              ok = host_fold_in(engine, &decision, history.data(), 7, rows, HOST_D, scratch.data(),
                                in_bytes) == RECVEIL_OK &&
                   ok;
              const recveil_user users[3] = {user, user + 1, user + 2};
              const std::uint16_t in[3] = {0, 1, 2};
              const std::size_t offsets[4] = {0, 2, 5, 7};
              ok = recveil_fold_in_batch(engine, 0, users, in, 3, offsets, history.data(), nullptr,
                                         rows, HOST_D, scratch.data(), batch_bytes) == RECVEIL_OK &&
                   ok;
            }
            std::uint32_t items[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
            std::size_t count = 0;
            std::uint8_t hide[10];
            ok = recveil_decoys(engine, user, 7, items, 10, hide, nullptr) == RECVEIL_OK && ok;
            ok = host_fold_rank(engine, &decision, history.data(), 7, 10, items, nullptr, &count,
                                nullptr, scratch.data(), rank_bytes) == RECVEIL_OK &&
                 ok;
            ok = count == 10 && ok;
            recveil_recommend_request asked = RECVEIL_RECOMMEND_REQUEST_INIT;
            asked.user = user;
            asked.history = host_history(history.data(), user % 4 == 3 ? 0 : 7);
            asked.history.exclude = items;
            asked.history.n_exclude = 3;
            asked.k = 5;
            std::uint32_t page[5];
            float scores[5];
            ok = recveil_fold_scratch_size(engine, 1, 10, 5, &rank_bytes) == RECVEIL_OK && ok;
            ok = recveil_recommend(engine, &asked, &decision, page, scores, &count, scratch.data(),
                                   rank_bytes) == RECVEIL_OK &&
                 count == 5 && ok;
            ok = recommend_many(engine, history, scratch) && ok;
          }
        }),
        0);
    EXPECT_TRUE(ok);
    recveil_engine_close(engine);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, NoAlloc,
                         testing::Values("popularity", "popularity_randomization",
                                         "cross_fit, no_history: popularity", "cross_fit"));

}  // namespace
