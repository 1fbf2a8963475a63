/* watch.h: a watched item whose neighbours change abruptly is reported, and holds a publication
   back where the configuration says so; over a restart and in workers too. */
#include <sys/wait.h>

#include "recveil/watch.h"
#include "support/host_folds.h"

enum { ITEMS = 300, FOLDS = 2, D = 4, NEIGHBORS = 5, WATCHED = 17 };

#define SERVING                                                                         \
  "serving: {mode: cross_fit, folds: 2, support_floor: 2, list_length: 10, ratio: 0.5," \
  " watch_items: {items: [17, 40], on_change: "

typedef struct watch_folds {
  recveil_folds folds;
  recveil_fold_model models[FOLDS];
  uint32_t support[ITEMS];
  float factors[FOLDS][ITEMS][D];
  size_t offsets[ITEMS + 1];
  uint32_t items[ITEMS * NEIGHBORS];
  float weights[FOLDS][ITEMS * NEIGHBORS];
} watch_folds;

/* The models of a version: the same data, in other axes, with a little noise of their own.
   poisoned: items 17, 100 and 101 are pulled to one place. */
static void make(watch_folds *out, recveil_fold_kind kind, uint64_t version, int poisoned) {
  const recveil_folds folds = RECVEIL_FOLDS_INIT;
  const recveil_fold_model model = RECVEIL_FOLD_MODEL_INIT;
  memset(out, 0, sizeof *out);
  out->folds = folds;
  out->folds.n_folds = FOLDS;
  out->folds.model_version = version;
  out->folds.models = out->models;
  for (uint32_t f = 0; f < FOLDS; ++f) {
    uint32_t data = 5 + f, noise = (uint32_t)(100 + 10 * version + f);
    recveil_fold_model *m = &out->models[f];
    *m = model;
    m->kind = kind;
    m->n_items = ITEMS;
    m->support = out->support;
    if (kind == RECVEIL_FOLD_FACTORS) {
      m->d = D;
      m->item_factors = out->factors[f][0];
      m->observed_weight = 2;
      m->regularization = 0.1;
    } else {
      m->weight_offsets = out->offsets;
      m->weight_items = out->items;
      m->weights = out->weights[f];
    }
    const double t = (double)version / 3, scale = 1 + t * t; /* a rotation without sin() */
    const double cosine = (1 - t * t) / scale, sine = 2 * t / scale;
    for (uint32_t i = 0; i < ITEMS; ++i) {
      out->support[i] = 10 + i % 9;
      out->offsets[i + 1] = (size_t)(i + 1) * NEIGHBORS;
      float row[D];
      for (uint32_t c = 0; c < D; ++c) row[c] = host_number(&data) + 0.05F * host_number(&noise);
      if (poisoned && (i == WATCHED || i == 100 || i == 101)) row[0] += 9;
      memcpy(out->factors[f][i], row, sizeof row);
      out->factors[f][i][0] = (float)(cosine * (double)row[0] - sine * (double)row[1]);
      out->factors[f][i][1] = (float)(sine * (double)row[0] + cosine * (double)row[1]);
      for (uint32_t n = 0; n < NEIGHBORS; ++n) {
        const size_t at = (size_t)i * NEIGHBORS + n;
        out->items[at] = (i * 3 + n * 7 + 1) % ITEMS;
        out->weights[f][at] = 0.3F + 0.1F * host_number(&data) + 0.02F * host_number(&noise);
      }
    }
    for (uint32_t n = 0; poisoned && n < 2; ++n) {
      out->items[WATCHED * NEIGHBORS + n] = 100 + n;
      out->weights[f][WATCHED * NEIGHBORS + n] = 0.9F;
    }
  }
}

static recveil_watch_report found(recveil_engine *engine, recveil_watched_item *items) {
  recveil_watch_report report = RECVEIL_WATCH_REPORT_INIT;
  CHECK_OK(recveil_watch_read(engine, &report, items, 2));
  return report;
}

static int32_t keep(void *text, const char *bytes, size_t n) {
  strncat(text, bytes, n);
  return 0;
}

static int scraped(recveil_engine *engine, const char *sample) {
  static char text[1 << 16];
  text[0] = 0;
  CHECK_OK(recveil_metrics_write(engine, keep, text));
  return strstr(text, sample) != NULL;
}

static watch_folds v[5];

static void reports_what_changed(recveil_fold_kind kind) {
  recveil_engine *engine = host_open(SERVING "report}}\nkeys: {ephemeral: true}");
  recveil_watched_item items[2];
  CHECK_EQ(0, found(engine, items).outcome);
  for (uint32_t i = 0; i < 3; ++i) {
    make(&v[i], kind, i + 1, i == 2);
    CHECK_OK(recveil_publish_folds(engine, &v[i].folds));
    const recveil_watch_report report = found(engine, items);
    CHECK_EQ(i + 1, report.model_version);
    CHECK_EQ(i, report.last_model_version);
    CHECK_EQ(2, report.n_items);
    CHECK_EQ(i == 2 ? 1 : 0, report.n_changed);
    CHECK_EQ(i == 0   ? RECVEIL_WATCH_NOT_COMPARED
             : i == 1 ? RECVEIL_WATCH_UNCHANGED
                      : RECVEIL_WATCH_CHANGED,
             report.outcome);
    CHECK_EQ(i > 0, items[0].compared);
  }
  CHECK_EQ(17, items[0].item);
  CHECK_EQ(1, items[0].changed);
  CHECK(items[0].p_value < 1e-3);
  CHECK(items[0].change > 3);
  CHECK(items[0].n_neighbors >= 2);
  CHECK_EQ(201, items[0].neighbors[0] + items[0].neighbors[1]); /* 100 and 101 */
  CHECK_EQ(40, items[1].item);
  CHECK_EQ(0, items[1].changed);
  CHECK_EQ(0, items[1].n_neighbors);
  CHECK(scraped(engine, "recveil_watch_publications_total{outcome=\"changed\"} 1\n"));
  CHECK(scraped(engine, "recveil_watch_publications_total{outcome=\"unchanged\"} 1\n"));
  CHECK(scraped(engine, "recveil_watch_items 2\n"));
  recveil_watch_report report = RECVEIL_WATCH_REPORT_INIT;
  CHECK_FAILS(RECVEIL_E_BUFFER, "capacity", recveil_watch_read(engine, &report, items, 1));
  CHECK_EQ(2, report.n_items);
  CHECK_OK(recveil_watch_read(engine, &report, NULL, 0));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "report", recveil_watch_read(engine, NULL, NULL, 0));
  recveil_engine_close(engine);
}

static void holds_back_until_it_is_accepted(recveil_fold_kind kind) {
  recveil_engine *engine = host_open(SERVING "hold}}\nkeys: {ephemeral: true}");
  recveil_watched_item items[2];
  for (uint32_t i = 0; i < 4; ++i) make(&v[i], kind, i + 1, i >= 1);
  CHECK_OK(recveil_publish_folds(engine, &v[0].folds));
  CHECK_FAILS(RECVEIL_E_HELD, "RECVEIL_FOLDS_ACCEPT_CHANGES",
              recveil_publish_folds(engine, &v[1].folds));
  CHECK_EQ(1, host_info(engine).model_version);
  CHECK_EQ(RECVEIL_WATCH_HELD, found(engine, items).outcome);
  CHECK_EQ(2, found(engine, items).model_version);
  CHECK_FAILS(RECVEIL_E_HELD, "", recveil_publish_folds(engine, &v[2].folds));
  v[2].folds.flags = RECVEIL_FOLDS_ACCEPT_CHANGES;
  CHECK_OK(recveil_publish_folds(engine, &v[2].folds));
  CHECK_EQ(RECVEIL_WATCH_CHANGED, found(engine, items).outcome);
  CHECK_EQ(3, host_info(engine).model_version);
  CHECK_OK(recveil_publish_folds(engine, &v[3].folds)); /* nothing changed since */
  CHECK_EQ(RECVEIL_WATCH_UNCHANGED, found(engine, items).outcome);
  CHECK(scraped(engine, "recveil_watch_publications_total{outcome=\"held\"} 2\n"));
  CHECK(scraped(engine, "recveil_api_errors_total{code=\"RECVEIL_E_HELD\"} 2\n"));
  recveil_engine_close(engine);
}

static void remembers_over_a_restart(recveil_fold_kind kind) {
  static const char *const yaml = SERVING "hold}}\nkeys: {file: key}\nstate_dir: state";
  CHECK(system("rm -rf state && mkdir -m 700 state") == 0);
  for (uint32_t i = 0; i < 3; ++i) make(&v[i], kind, i + 1, i == 1);
  recveil_engine *engine = host_open(yaml);
  CHECK_OK(recveil_publish_folds(engine, &v[0].folds));
  recveil_engine_close(engine);
  recveil_watched_item items[2];
  engine = host_open(yaml);
  CHECK_FAILS(RECVEIL_E_HELD, "", recveil_publish_folds(engine, &v[1].folds));
  CHECK_EQ(1, found(engine, items).last_model_version);
  CHECK_EQ(201, items[0].neighbors[0] + items[0].neighbors[1]);
  CHECK_OK(recveil_publish_folds(engine, &v[2].folds));
  CHECK_EQ(RECVEIL_WATCH_UNCHANGED, found(engine, items).outcome);
  /* A worker that starts now and publishes the same version compares with the one before. */
  const pid_t child = fork();
  if (child == 0) {
    recveil_engine *worker = host_open(yaml);
    make(&v[3], kind, 3, 0);
    make(&v[4], kind, 3, 1);
    CHECK_FAILS(RECVEIL_E_HELD, "", recveil_publish_folds(worker, &v[4].folds));
    CHECK_OK(recveil_publish_folds(worker, &v[3].folds));
    CHECK_EQ(1, found(worker, items).last_model_version);
    recveil_engine_close(worker);
    _exit(host_result());
  }
  int status = 1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  recveil_engine_close(engine);
  /* Of an older library: it says so, and what to do helps. */
  CHECK(system("for f in state/watch-*.bin; do printf 1 | dd of=$f bs=1 seek=7 conv=notrunc "
               "status=none; done") == 0);
  engine = host_open(yaml);
  make(&v[0], kind, 4, 0);
  CHECK_FAILS(RECVEIL_E_VERSION, "is of format 1, and this library reads format 2",
              recveil_publish_folds(engine, &v[0].folds));
  CHECK(system("rm state/WATCH") == 0);
  CHECK_OK(recveil_publish_folds(engine, &v[0].folds));
  CHECK_EQ(RECVEIL_WATCH_NOT_COMPARED, found(engine, items).outcome);
  recveil_engine_close(engine);
  CHECK(system("for f in state/watch-*.bin; do printf x >> $f; done") == 0);
  engine = host_open(yaml);
  make(&v[0], kind, 5, 0);
  CHECK_FAILS(RECVEIL_E_IO, "watch-", recveil_publish_folds(engine, &v[0].folds));
  recveil_engine_close(engine);
}

static void reads_a_file(void) {
  CHECK(system("printf '# the clinics\\n17\\n40 # and another\\n\\n' > watched.txt") == 0);
  static const char *const yaml =
      "serving: {mode: cross_fit, folds: 2, watch_items: {file: watched.txt}}\n"
      "keys: {ephemeral: true}";
  recveil_engine *engine = host_open(yaml);
  CHECK(scraped(engine, "recveil_watch_items 2\n"));
  CHECK(system("printf '17\\n12x\\n' > watched.txt") == 0);
  CHECK_FAILS(RECVEIL_E_CONFIG, "watched.txt:2: must be an item number", host_reload(engine, yaml));
  CHECK(scraped(engine, "recveil_watch_items 2\n"));
  CHECK(system("printf '17\\n17\\n' > watched.txt") == 0);
  CHECK_FAILS(RECVEIL_E_CONFIG, "watched.txt:2: item 17 is listed twice",
              host_reload(engine, yaml));
  CHECK(remove("watched.txt") == 0);
  CHECK_FAILS(RECVEIL_E_IO, "watched.txt", host_reload(engine, yaml));
  recveil_engine_close(engine);
}

int main(void) {
  host_enter_folder();
  CHECK_OK(recveil_key_generate("key"));
  reads_a_file();
  for (recveil_fold_kind kind = RECVEIL_FOLD_FACTORS; kind <= RECVEIL_FOLD_ITEM_ITEM; ++kind) {
    reports_what_changed(kind);
    holds_back_until_it_is_accepted(kind);
    remembers_over_a_restart(kind);
  }
  return host_finish();
}
