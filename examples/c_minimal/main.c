/* The smallest host: everybody is served by the model that never saw them. cc main.c -lrecveil */
#include <recveil/recveil.h>
#include <stdio.h>

enum { FOLDS = 2, ITEMS = 7, PEOPLE = 30, PLACES = 3 };
#define TRY(call) \
  if ((call) != RECVEIL_OK) return fprintf(stderr, "%s\n", recveil_last_error()), 1

/* The same call for members, for newcomers and for those without a history. */
static int show(recveil_engine *engine, recveil_user user, const uint32_t *history, size_t n) {
  recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
  recveil_decision decision = RECVEIL_DECISION_INIT;
  uint32_t items[PLACES];
  size_t n_filled = 0;
  request.user = user;
  request.history.items = history;
  request.history.n_items = n;
  request.k = PLACES;
  TRY(recveil_recommend(engine, &request, &decision, items, NULL, &n_filled, NULL, 0));
  printf("user %u:", (unsigned)user);
  for (size_t i = 0; i < n_filled; ++i) printf(" %u", (unsigned)items[i]);
  return printf("\n") < 0;
}

int main(void) {
  static const char yaml[] =
      "{keys: {ephemeral: true}, serving: {mode: cross_fit, folds: 2, support_floor: 1, "
      "list_length: 3, ratio: 0.5}}";
  recveil_engine *engine = NULL;
  TRY(recveil_engine_open(yaml, sizeof yaml - 1, NULL, &engine));
  /* Model f: how many people outside fold f like both items. Person p likes p, p + 1, p + 3. */
  static float both[FOLDS][ITEMS * ITEMS];
  static uint32_t likers[FOLDS][ITEMS], columns[ITEMS * ITEMS];
  size_t rows[ITEMS + 1] = {0};
  uint64_t counts[ITEMS] = {0}; /* over members only */
  for (uint32_t i = 0; i < ITEMS * ITEMS; ++i) columns[i] = i % ITEMS, rows[i / ITEMS + 1] = i + 1;
  for (uint32_t p = 0; p < PEOPLE; ++p) {
    const uint32_t likes[] = {p % ITEMS, (p + 1) % ITEMS, (p + 3) % ITEMS};
    uint16_t fold = 0;
    TRY(recveil_fold_of(engine, p + 1, &fold));
    for (int i = 0; i < 9; ++i) ++both[1 - fold][likes[i / 3] * ITEMS + likes[i % 3]];
    for (int i = 0; i < 3; ++i) ++likers[1 - fold][likes[i]], ++counts[likes[i]];
  }
  recveil_fold_model models[FOLDS] = {RECVEIL_FOLD_MODEL_INIT, RECVEIL_FOLD_MODEL_INIT};
  for (int f = 0; f < FOLDS; ++f) {
    models[f].kind = RECVEIL_FOLD_ITEM_ITEM, models[f].n_items = ITEMS;
    models[f].support = likers[f], models[f].weight_offsets = rows;
    models[f].weight_items = columns, models[f].weights = both[f];
  }
  const recveil_popularity popularity = {sizeof popularity, 0, counts, NULL, ITEMS};
  const recveil_folds folds = {sizeof folds, 0, 1, models, FOLDS, 0, NULL, NULL};
  TRY(recveil_publish_popularity(engine, &popularity));
  TRY(recveil_publish_folds(engine, &folds));
  const uint32_t history[] = {1, 2, 4};
  const int bad =
      show(engine, 1, history, 3) | show(engine, 99, history, 2) | show(engine, 9, 0, 0);
  recveil_engine_close(engine);
  return bad;
}
