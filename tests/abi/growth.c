/* Clients compiled with an older or a newer header. For each struct: smaller than the first release
   is E_ARGUMENT, larger with a zero tail works, larger with a tail in use is E_UNSUPPORTED. */
#include "support/host_engine.h"
#include "support/host_screen.h"

static const char *const kYaml =
    "serving: {list_length: 4, ratio: 0.5, folds: 2}\nkeys: {ephemeral: true}";
static recveil_engine *engine;

/* Calls the library with a struct of any size. */
typedef recveil_status (*Call)(const void *in);

static recveil_status open_with(const void *in) {
  recveil_engine *other = NULL;
  const recveil_status status = host_try_open(&other, (const recveil_engine_options *)in, kYaml);
  recveil_engine_close(other);
  return status;
}

static recveil_status publish(const void *in) {
  return recveil_publish_popularity(engine, (const recveil_popularity *)in);
}

static recveil_status route(const void *in) {
  recveil_decision decision = RECVEIL_DECISION_INIT;
  return recveil_route(engine, (const recveil_request *)in, &decision);
}

static uint32_t positions[4];
static recveil_page page = RECVEIL_PAGE_INIT;
static recveil_slate slate = RECVEIL_SLATE_INIT;

static recveil_status serve_decision(const void *in) {
  return recveil_serve(engine, (const recveil_decision *)in, &page, &slate);
}

static recveil_status serve_page(const void *in) {
  const recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  return recveil_serve(engine, &decision, (const recveil_page *)in, &slate);
}

static recveil_status route_batch(const void *in) {
  return recveil_route_batch(engine, (recveil_batch *)in);
}

static recveil_status serve_batch(const void *in) {
  return recveil_serve_batch(engine, (recveil_batch *)in);
}

static void check_matrix(const char *name, Call call, const void *good, uint32_t size) {
  union {
    uint64_t aligned[64];
    unsigned char bytes[512];
  } in;
  const int before = host_failures;
  static const uint32_t tails[] = {8, 16, 200};
  memset(&in, 0, sizeof in);
  memcpy(&in, good, size);
  CHECK_OK(call(&in));
  for (uint32_t small = 0; small < size; small += small == 0 ? 4 : size / 4) {
    memcpy(&in, good, size);
    memcpy(&in, &small, sizeof small);
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "struct_size", call(&in));
  }
  const uint32_t almost = size - 1;
  memcpy(&in, &almost, sizeof almost);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "struct_size", call(&in));
  memset(&in, 0, sizeof in);
  for (size_t t = 0; t < sizeof tails / sizeof tails[0]; ++t) {
    const uint32_t large = size + tails[t];
    memcpy(&in, good, size);
    memcpy(&in, &large, sizeof large);
    CHECK_OK(call(&in));
    for (uint32_t at = size; at < large; at += tails[t] - 1) { /* its first and last byte */
      memcpy(&in, good, size);
      memcpy(&in, &large, sizeof large);
      in.bytes[at] = 1;
      CHECK_FAILS(RECVEIL_E_UNSUPPORTED, "", call(&in));
      in.bytes[at] = 0;
    }
    in.bytes[large] = 1; /* past the end of the struct: not looked at */
    memcpy(&in, good, size);
    memcpy(&in, &large, sizeof large);
    CHECK_OK(call(&in));
    in.bytes[large] = 0;
  }
  if (host_failures > before) fprintf(stderr, "  for %s\n", name);
}

/* Publications whose version rises, of the struct as given and of models as given. */
static uint64_t fold_version;
static const uint32_t supports[8] = {9, 9, 9, 9, 9, 9, 9, 9};
static const float factors[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static recveil_status publish_folds(const void *in) {
  recveil_folds *folds = (recveil_folds *)in;
  folds->model_version = ++fold_version;
  return recveil_publish_folds(engine, folds);
}

static recveil_status publish_models(const void *in) {
  uint64_t aligned[2 * 64];
  unsigned char *models = (unsigned char *)aligned;
  uint32_t size = 0;
  memcpy(&size, in, sizeof size);
  if (size > 512) size = 512;
  memcpy(models, in, 512);
  memcpy(models + size, in, size < 4 ? 4 : size);
  recveil_folds folds = RECVEIL_FOLDS_INIT;
  folds.n_folds = 2;
  folds.model_version = ++fold_version;
  folds.models = (const recveil_fold_model *)(const void *)aligned;
  return recveil_publish_folds(engine, &folds);
}

static int32_t ignore_text(void *ctx, const char *bytes, size_t n) {
  (void)ctx;
  (void)bytes;
  (void)n;
  return 0;
}

/* A wrong struct is refused before the request is looked at; a right one is followed by a complaint
   about the request, or about the audit library where that is not beside this one. */
static recveil_status audit(const void *in) {
  const recveil_status status = recveil_audit_run(
      "{\"audit\": \"no such audit\"}", 26, (const recveil_audit_options *)in, ignore_text, NULL);
  const int of_the_request =
      (status == RECVEIL_E_ARGUMENT && strstr(recveil_last_error(), "struct_size") == NULL) ||
      status == RECVEIL_E_NOT_FOUND;
  return of_the_request ? RECVEIL_OK : status;
}

/* The same of the people; these have no arrays. */
static recveil_status audit_people(const void *in) {
  const recveil_status status =
      recveil_audit_lists((const recveil_audit_population *)in, NULL, NULL, ignore_text, NULL);
  const int of_the_arrays = status == RECVEIL_E_ARGUMENT &&
                            strstr(recveil_last_error(), "target.history_offsets") != NULL;
  return of_the_arrays ? RECVEIL_OK : status;
}

/* A map of six rows of one number, fitted and applied. */
static float erased_rows[6] = {1, 2, 4, 5, 7, 9};
static const int32_t erased_classes[6] = {0, 0, 0, 1, 1, 1};
static recveil_erase_map *erase_map;
static recveil_matrix erased = RECVEIL_MATRIX_INIT;

static recveil_status fit(const void *in) {
  recveil_erase_map *map = NULL;
  const recveil_status status =
      recveil_erase_fit((const recveil_erase_options *)in, &erased, erased_classes, &map);
  if (status == RECVEIL_OK) {
    recveil_erase_map_close(erase_map);
    erase_map = map;
  }
  return status;
}
static recveil_status apply(const void *in) {
  return recveil_erase_apply(erase_map, (const recveil_matrix *)in, erased_classes, NULL, NULL);
}
static recveil_status publish_erasures(const void *in) {
  return recveil_publish_erasures(engine, (const recveil_erasures *)in);
}

/* And of embeddings, which have no columns. */
static recveil_status audit_embeddings(const void *in) {
  const recveil_status status =
      recveil_audit_attributes((const recveil_audit_embeddings *)in, NULL, ignore_text, NULL, NULL);
  const int of_the_columns =
      status == RECVEIL_E_ARGUMENT && strstr(recveil_last_error(), "embeddings.dimension") != NULL;
  return of_the_columns ? RECVEIL_OK : status;
}

static recveil_status recommend(const void *in) {
  recveil_decision decision = RECVEIL_DECISION_INIT;
  size_t n_filled = 0;
  return recveil_recommend(engine, (const recveil_recommend_request *)in, &decision, positions,
                           NULL, &n_filled, NULL, 0);
}
static recveil_status recommend_batch(const void *in) {
  return recveil_recommend_batch(engine, (recveil_recommend_pages *)in, NULL, 0);
}

static void recommending_structs_grow(void) {
  recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
  request.k = 4;
  check_matrix("recveil_recommend_request", recommend, &request, sizeof request);
  static const recveil_user users[] = {1, 2};
  static const size_t offsets[3] = {0};
  recveil_path paths[2];
  uint32_t n_filled[2], places[8];
  recveil_recommend_pages pages = RECVEIL_RECOMMEND_PAGES_INIT;
  pages.n_users = 2;
  pages.users = users;
  pages.history_offsets = offsets;
  pages.k = 4;
  pages.paths = paths;
  pages.n_filled = n_filled;
  pages.items = places;
  check_matrix("recveil_recommend_pages", recommend_batch, &pages, sizeof pages);
}

static void input_structs_grow(void) {
  const recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
  check_matrix("recveil_engine_options", open_with, &options, sizeof options);
  const uint64_t counts[] = {5, 4, 3, 2, 2, 2, 2, 2};
  recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
  popularity.counts = counts;
  popularity.n_items = 8;
  check_matrix("recveil_popularity", publish, &popularity, sizeof popularity);
  const recveil_request request = RECVEIL_REQUEST_INIT;
  check_matrix("recveil_request", route, &request, sizeof request);
  slate.positions = positions;
  page.k = 4;
  const recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  check_matrix("recveil_decision", serve_decision, &decision, sizeof decision);
  check_matrix("recveil_page", serve_page, &page, sizeof page);
  recveil_fold_model model = RECVEIL_FOLD_MODEL_INIT;
  model.kind = RECVEIL_FOLD_FACTORS;
  model.d = 1;
  model.n_items = 8;
  model.support = supports;
  model.item_factors = factors;
  model.observed_weight = model.regularization = 1;
  check_matrix("recveil_fold_model", publish_models, &model, sizeof model);
  const recveil_fold_model models[2] = {model, model};
  recveil_folds folds = RECVEIL_FOLDS_INIT;
  folds.n_folds = 2;
  folds.models = models;
  check_matrix("recveil_folds", publish_folds, &folds, sizeof folds);
  const recveil_audit_options audit_options = RECVEIL_AUDIT_OPTIONS_INIT;
  check_matrix("recveil_audit_options", audit, &audit_options, sizeof audit_options);
  const recveil_audit_population people = RECVEIL_AUDIT_POPULATION_INIT;
  check_matrix("recveil_audit_population", audit_people, &people, sizeof people);
  const recveil_audit_embeddings embeddings = RECVEIL_AUDIT_EMBEDDINGS_INIT;
  check_matrix("recveil_audit_embeddings", audit_embeddings, &embeddings, sizeof embeddings);

  const uint32_t n_classes[] = {2};
  recveil_erase_options erase_options = RECVEIL_ERASE_OPTIONS_INIT;
  erase_options.method = RECVEIL_ERASE_GAUSSIAN_TRANSPORT;
  erase_options.n_classes = n_classes;
  erased.data = erased_rows;
  erased.n_rows = 6;
  erased.n_cols = 1;
  check_matrix("recveil_erase_options", fit, &erase_options, sizeof erase_options);
  check_matrix("recveil_matrix", apply, &erased, sizeof erased);
  const recveil_erase_map *const erase_maps[] = {erase_map, erase_map};
  recveil_erasures erasures = RECVEIL_ERASURES_INIT;
  erasures.n_maps = 2;
  erasures.n_attributes = 1;
  erasures.maps = erase_maps;
  check_matrix("recveil_erasures", publish_erasures, &erasures, sizeof erasures);
  recveil_erase_map_close(erase_map);

  static const recveil_user users[] = {1, 2};
  recveil_path paths[2] = {0};
  uint32_t filled[2], places[8];
  recveil_batch batch;
  memset(&batch, 0, sizeof batch);
  batch.struct_size = sizeof batch;
  batch.n_users = 2;
  batch.k = 4;
  batch.users = users;
  batch.paths = paths;
  batch.n_filled = filled;
  batch.positions = places;
  check_matrix("recveil_batch, route", route_batch, &batch, sizeof batch);
  batch.pool_version = host_info(engine).pool_version;
  check_matrix("recveil_batch, serve", serve_batch, &batch, sizeof batch);
  recommending_structs_grow();
}

static recveil_status stats_size(const void *in) {
  size_t bytes = 0;
  return recveil_private_stats_size((const recveil_private_shape *)in, &bytes);
}
/* Refused for its last check, that the statistics are some. */
static recveil_status train_private(const void *in) {
  const recveil_status status =
      recveil_private_train(engine, (const recveil_private_training *)in, "", 0, NULL, 0, NULL);
  return status == RECVEIL_E_ARGUMENT && strstr(recveil_last_error(), "out") != NULL ? RECVEIL_OK
                                                                                     : status;
}

static void private_structs_grow(void) {
  recveil_private_shape shape = RECVEIL_PRIVATE_SHAPE_INIT;
  shape.n_items = 5;
  check_matrix("recveil_private_shape", stats_size, &shape, sizeof shape);
  const recveil_private_training training = RECVEIL_PRIVATE_TRAINING_INIT;
  check_matrix("recveil_private_training", train_private, &training, sizeof training);
}

/* Output structs in a field of 0xA5: nothing beyond struct_size is written. */
typedef union {
  recveil_engine_info info;
  recveil_decision decision;
  recveil_slate slate;
  recveil_screen_window_info window;
  recveil_screen_info screen;
  recveil_private_bounds bounds;
  uint32_t struct_size;
  unsigned char bytes[512];
} Output;

static void prepare(Output *out, size_t known, uint32_t more) {
  memset(out, 0xA5, sizeof *out);
  memset(out->bytes + known, 0, more);
  out->struct_size = (uint32_t)known + more;
}

static void check_untouched(const Output *out, size_t from) {
  for (size_t i = from; i < sizeof out->bytes; ++i) CHECK(out->bytes[i] == 0xA5);
}

static void check_tail(const Output *out, size_t known, uint32_t more) {
  CHECK_EQ(known + more, out->struct_size);
  for (size_t i = known; i < known + more; ++i) CHECK(out->bytes[i] == 0);
  check_untouched(out, known + more);
}

/* Screening: a window, a detector and a batch that stay. */
static host_accounts crowd;
static host_verdicts verdicts;
static host_window window;

static recveil_status window_size(const void *in) {
  size_t bytes = 0;
  return recveil_screen_window_size((const recveil_screen_window_shape *)in, &bytes);
}
static recveil_status train(const void *in) {
  return recveil_screen_train(engine, window.bytes, window.size,
                              (const recveil_screen_training *)in);
}
static recveil_status screen_accounts(const void *in) {
  recveil_screen_result result = RECVEIL_SCREEN_RESULT_INIT;
  result.verdicts = verdicts.verdicts;
  return recveil_screen(engine, (const recveil_screen_accounts *)in, RECVEIL_TRIGGER_NEW, NULL,
                        &result);
}
static recveil_status screen_result(const void *in) {
  return recveil_screen(engine, &crowd.accounts, RECVEIL_TRIGGER_NEW, NULL,
                        (recveil_screen_result *)in);
}

static void screening_structs_grow(void) {
  window = host_make_window(engine, &crowd);
  const recveil_screen_window_shape shape = host_shape();
  check_matrix("recveil_screen_window_shape", window_size, &shape, sizeof shape);
  const recveil_screen_training training = RECVEIL_SCREEN_TRAINING_INIT;
  check_matrix("recveil_screen_training", train, &training, sizeof training);
  host_people(&crowd, 5, 9000, 10);
  check_matrix("recveil_screen_accounts", screen_accounts, &crowd.accounts, sizeof crowd.accounts);
  recveil_screen_result result = RECVEIL_SCREEN_RESULT_INIT;
  result.verdicts = verdicts.verdicts;
  check_matrix("recveil_screen_result", screen_result, &result, sizeof result);
  static const uint32_t more[] = {0, 8, 200};
  for (size_t m = 0; m < 3; ++m) {
    Output out;
    prepare(&out, sizeof out.window, more[m]);
    CHECK_OK(recveil_screen_window_check(window.bytes, window.size, &out.window));
    CHECK_EQ(HOST_WINDOW, out.window.n_accounts);
    check_tail(&out, sizeof out.window, more[m]);
    prepare(&out, sizeof out.screen, more[m]);
    CHECK_OK(recveil_screen_get_info(engine, &out.screen));
    CHECK_EQ(HOST_WINDOW, out.screen.n_training_accounts);
    check_tail(&out, sizeof out.screen, more[m]);
  }
  free(window.bytes);
}

static void output_structs_grow(void) {
  const recveil_request request = RECVEIL_REQUEST_INIT;
  const recveil_decision decision = host_route(engine, 1, RECVEIL_MEMBERSHIP_NONMEMBER);
  static const uint32_t more[] = {0, 8, 200};
  for (size_t m = 0; m < 3; ++m) {
    Output out;
    prepare(&out, sizeof out.info, more[m]);
    CHECK_OK(recveil_engine_get_info(engine, &out.info));
    CHECK_EQ(4, out.info.list_length);
    check_tail(&out, sizeof out.info, more[m]);

    prepare(&out, sizeof out.bounds, more[m]);
    CHECK_OK(recveil_private_bounds_of(1, 1e-6, .01, &out.bounds));
    CHECK(out.bounds.auc > .7);
    check_tail(&out, sizeof out.bounds, more[m]);

    prepare(&out, sizeof out.decision, more[m]);
    CHECK_OK(recveil_route(engine, &request, &out.decision));
    check_tail(&out, sizeof out.decision, more[m]);

    prepare(&out, sizeof out.slate, more[m]);
    out.slate.positions = positions;
    out.slate.origins = NULL;
    CHECK_OK(recveil_serve(engine, &decision, &page, &out.slate));
    CHECK_EQ(4, out.slate.n_filled);
    check_tail(&out, sizeof out.slate, more[m]);
  }
  /* Too small for the first release: refused, and not a byte is written that is not there. */
  for (uint32_t small = 0; small < sizeof(recveil_slate); small += 4) {
    Output out;
    memset(&out, 0xA5, sizeof out);
    out.struct_size = small;
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "struct_size", recveil_engine_get_info(engine, &out.info));
    check_untouched(&out, 4);
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "struct_size", recveil_route(engine, &request, &out.decision));
    check_untouched(&out, 4);
    CHECK_FAILS(RECVEIL_E_ARGUMENT, "struct_size",
                recveil_serve(engine, &decision, &page, &out.slate));
    check_untouched(&out, small < 8 ? 4 : 8); /* count may be there already */
  }
}

int main(void) {
  engine = host_open(kYaml);
  input_structs_grow();
  private_structs_grow();
  output_structs_grow();
  screening_structs_grow();
  recveil_engine_close(engine);
  return host_result();
}
