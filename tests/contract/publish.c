/* serve.h: publishing popularity and users, and reading the pool back. */
#include "recveil/serve.h"
#include "support/host_engine.h"

static const char *const kYaml =
    "serving: {list_length: 3, ratio: 0.5}\nkeys: {ephemeral: true}"; /* a pool of 6 */

static recveil_status publish(recveil_engine *engine, const uint64_t *counts, const uint32_t *items,
                              size_t n) {
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = counts;
  popularity.items = items;
  popularity.n_items = n;
  return recveil_publish_popularity(engine, &popularity);
}

static void check_pool(recveil_engine *engine, uint64_t version, const uint32_t *wanted, size_t n) {
  uint32_t items[16] = {0};
  size_t needed = 99;
  uint64_t found = 99;
  CHECK_OK(recveil_pool_read(engine, version, items, 16, &needed, &found));
  CHECK_EQ(n, needed);
  if (version != 0) CHECK_EQ(version, found);
  for (size_t i = 0; i < n; ++i) CHECK_EQ(wanted[i], items[i]);
  for (size_t i = n; i < 16; ++i) CHECK_EQ(0, items[i]);
}

static void pool_is_the_most_popular_in_order(void) {
  recveil_engine *engine = host_open(kYaml);
  const uint64_t counts[] = {5, 0, 9, 5, 1, UINT64_MAX, 5, 2, 0, 1};
  CHECK_OK(publish(engine, counts, NULL, 10));
  const uint32_t by_index[] = {5, 2, 0, 3, 6, 7};
  check_pool(engine, 0, by_index, 6);

  const uint32_t items[] = {100, 101, 102, 103, 104, 105, 106, 107, 108, UINT32_MAX - 1};
  CHECK_OK(publish(engine, counts, items, 10));
  const uint32_t by_number[] = {105, 102, 100, 103, 106, 107};
  check_pool(engine, 0, by_number, 6);

  const uint32_t twice[] = {1, 2, 3, 4, 5, 6, 7, 3, 9, 10}, beyond[] = {UINT32_MAX};
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "twice", publish(engine, counts + 1, twice + 1, 8));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "2^32", publish(engine, counts, beyond, 1));

  const uint64_t few[] = {0, 0, 1, 0};
  CHECK_OK(publish(engine, few, NULL, 4));
  const uint32_t only[] = {2};
  check_pool(engine, 0, only, 1);
  recveil_engine_close(engine);
}

static void newest_two_pools_are_kept(void) {
  recveil_engine *engine = host_open(kYaml);
  uint32_t items[16] = {0};
  size_t needed = 99;
  uint64_t found = 99;
  CHECK_FAILS(RECVEIL_E_STATE, "", recveil_pool_read(engine, 0, items, 16, &needed, &found));
  CHECK_EQ(99, needed);
  CHECK_EQ(99, found);

  uint64_t versions[3];
  for (uint64_t i = 0; i < 3; ++i) {
    CHECK_OK(host_publish_items(engine, 6 - i, 10 * (i + 1)));
    versions[i] = host_info(engine).pool_version;
  }
  const uint32_t newest[] = {30, 31, 32, 33}, before[] = {20, 21, 22, 23, 24};
  check_pool(engine, 0, newest, 4);
  check_pool(engine, versions[2], newest, 4);
  check_pool(engine, versions[1], before, 5);
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "",
              recveil_pool_read(engine, versions[0], items, 16, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "",
              recveil_pool_read(engine, versions[2] + 1, items, 16, NULL, NULL));
  CHECK_FAILS(RECVEIL_E_NOT_FOUND, "",
              recveil_pool_read(engine, UINT64_MAX, items, 16, NULL, NULL));
  recveil_engine_close(engine);
}

static void size_is_asked_with_an_empty_array(void) {
  recveil_engine *engine = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 6, 10));
  uint32_t items[6] = {7, 7, 7, 7, 7, 7};
  size_t needed = 0;
  CHECK_OK(recveil_pool_read(engine, 0, NULL, 0, &needed, NULL));
  CHECK_EQ(6, needed);
  needed = 0;
  uint64_t found = 99;
  CHECK_FAILS(RECVEIL_E_BUFFER, "6", recveil_pool_read(engine, 0, items, 5, &needed, &found));
  CHECK_EQ(6, needed);
  CHECK_EQ(99, found);
  for (size_t i = 0; i < 6; ++i) CHECK_EQ(7, items[i]);
  CHECK_OK(recveil_pool_read(engine, 0, items, 6, NULL, NULL));
  CHECK_EQ(15, items[5]);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "items", recveil_pool_read(engine, 0, NULL, 6, &needed, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_pool_read(NULL, 0, items, 6, &needed, NULL));
  recveil_engine_close(engine);
}

static void wrong_popularity_changes_nothing(void) {
  recveil_engine *engine = host_open(kYaml);
  const uint64_t zeros[3] = {0}, counts[] = {1, 2, 3};
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "popularity", recveil_publish_popularity(engine, NULL));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "counts", publish(engine, zeros, NULL, 3));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "count", publish(engine, counts, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "counts", publish(engine, NULL, NULL, 3));
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = counts;
  popularity.n_items = 3;
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_publish_popularity(NULL, &popularity));
  popularity.flags = 2;
  CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "flags", recveil_publish_popularity(engine, &popularity));
  CHECK_EQ(0, host_info(engine).pool_version);
  CHECK_EQ(0, host_info(engine).state_version);

  CHECK_OK(publish(engine, counts, NULL, 3));
  const recveil_engine_info before = host_info(engine);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "counts", publish(engine, zeros, NULL, 3));
  const recveil_engine_info after = host_info(engine);
  CHECK(memcmp(&before, &after, sizeof after) == 0);
  recveil_engine_close(engine);
}

static recveil_reason reason_of(recveil_engine *engine, recveil_user user) {
  return host_route(engine, user, RECVEIL_MEMBERSHIP_ASK).reason;
}

static void user_sets_are_replaced_added_to_and_removed_from(void) {
  recveil_engine *engine = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 6, 0));
  const recveil_user users[] = {1, 2, 3, 2}, more[] = {3, 4, 0, UINT64_MAX}, gone[] = {1, 77};
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, users, 4));
  CHECK_EQ(3, host_info(engine).n_members);
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, more, 4));
  CHECK_EQ(6, host_info(engine).n_members);
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REMOVE, gone, 2));
  CHECK_EQ(5, host_info(engine).n_members);
  CHECK_EQ(RECVEIL_REASON_NONMEMBER, reason_of(engine, 1));
  CHECK_EQ(RECVEIL_REASON_MEMBER, reason_of(engine, 2));
  CHECK_EQ(RECVEIL_REASON_MEMBER, reason_of(engine, 4));
  CHECK_EQ(RECVEIL_REASON_MEMBER, reason_of(engine, 0));
  CHECK_EQ(RECVEIL_REASON_MEMBER, reason_of(engine, UINT64_MAX));

  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_QUARANTINED, RECVEIL_SET_ADD, users, 2));
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_ADD, users, 1));
  CHECK_EQ(2, host_info(engine).n_quarantined);
  CHECK_EQ(1, host_info(engine).n_erased);
  CHECK_EQ(RECVEIL_REASON_ERASED, reason_of(engine, 1)); /* erasure goes first */
  CHECK_EQ(RECVEIL_REASON_QUARANTINED, reason_of(engine, 2));
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_ERASED, RECVEIL_SET_REPLACE, NULL, 0));
  CHECK_EQ(RECVEIL_REASON_QUARANTINED, reason_of(engine, 1));

  /* An empty member set is a published one: everybody is a non-member. */
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, NULL, 0));
  CHECK_EQ(0, host_info(engine).n_members);
  CHECK_EQ(0, host_info(engine).flags & RECVEIL_INFO_NO_MEMBERS);
  CHECK_EQ(RECVEIL_REASON_NONMEMBER, reason_of(engine, 3));
  recveil_engine_close(engine);
}

static void wrong_users_change_nothing(void) {
  recveil_engine *engine = host_open(kYaml);
  const recveil_user users[] = {1, 2};
  const recveil_engine_info before = host_info(engine);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "users",
              recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, NULL, 2));
  for (recveil_user_set set = 0; set < 300; set += set == 0 ? 4 : 37) {
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "set",
                recveil_publish_users(engine, set, RECVEIL_SET_ADD, users, 2));
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "change",
                recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, set, users, 2));
  }
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine",
              recveil_publish_users(NULL, RECVEIL_USERS_MEMBERS, RECVEIL_SET_ADD, users, 2));
  const recveil_engine_info after = host_info(engine);
  CHECK(memcmp(&before, &after, sizeof after) == 0);
  recveil_engine_close(engine);
}

/* Many small changes against a plain array: the set inside is changed in place of rebuilt. */
static void many_changes_add_up(void) {
  enum { kUsers = 512, kRounds = 600 };
  recveil_engine *engine = host_open(kYaml);
  CHECK_OK(host_publish_items(engine, 6, 0));
  unsigned char member[kUsers] = {0};
  uint32_t seed = 1;
  CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE, NULL, 0));
  for (int round = 0; round < kRounds; ++round) {
    recveil_user users[8];
    seed = seed * 1664525u + 1013904223u;
    const int add = (seed >> 16) % 3 != 0;
    for (size_t i = 0; i < 8; ++i) {
      seed = seed * 1664525u + 1013904223u;
      users[i] = (seed >> 16) % kUsers;
      member[users[i]] = (unsigned char)add;
    }
    CHECK_OK(recveil_publish_users(engine, RECVEIL_USERS_MEMBERS,
                                   add ? RECVEIL_SET_ADD : RECVEIL_SET_REMOVE, users, 8));
  }
  uint64_t members = 0;
  for (recveil_user user = 0; user < kUsers; ++user) {
    members += member[user];
    CHECK_EQ(member[user] ? RECVEIL_REASON_MEMBER : RECVEIL_REASON_NONMEMBER,
             reason_of(engine, user));
  }
  CHECK_EQ(members, host_info(engine).n_members);
  CHECK(members > 0 && members < kUsers);
  recveil_engine_close(engine);
}

int main(void) {
  pool_is_the_most_popular_in_order();
  newest_two_pools_are_kept();
  size_is_asked_with_an_empty_array();
  wrong_popularity_changes_nothing();
  user_sets_are_replaced_added_to_and_removed_from();
  wrong_users_change_nothing();
  many_changes_add_up();
  return host_result();
}
