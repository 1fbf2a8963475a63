/* recveil_publish_folds: all models or none, borrowed until given back, and given back once. */
#include <float.h>
#include <math.h>
#include <sys/wait.h>

#include "recveil/fold.h"
#include "support/host_folds.h"

static unsigned char scratch[1 << 16];
static const uint32_t history[] = {3, 8, 20};

/* The newest version, whose models must work. */
static uint64_t newest(recveil_engine *engine) {
  const recveil_decision decision = host_route_fold(engine, 1, RECVEIL_MEMBERSHIP_ASK, 0);
  if (decision.path != RECVEIL_PATH_FOLD) return 0;
  float row[HOST_D];
  CHECK_OK(host_fold_in(engine, &decision, history, 3, row, HOST_D, scratch, sizeof scratch));
  return decision.model_version;
}

static void two_versions_are_kept(void) {
  static host_folds v[4];
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  for (uint32_t i = 0; i < 4; ++i) {
    host_make_folds(&v[i], RECVEIL_FOLD_FACTORS, 10 * (i + 1), i + 1);
    float before[HOST_D], after[HOST_D];
    recveil_decision page_1 = RECVEIL_DECISION_INIT;
    if (i > 0) {
      page_1 = host_route_fold(engine, 1, RECVEIL_MEMBERSHIP_ASK, 0);
      CHECK_OK(host_fold_in(engine, &page_1, history, 3, before, HOST_D, scratch, sizeof scratch));
    }
    CHECK_OK(recveil_publish_folds(engine, &v[i].folds));
    CHECK_EQ(10 * (i + 1), newest(engine));
    if (i == 0) continue;
    /* Page 2 goes on with the models of page 1. */
    const recveil_decision page_2 =
        host_route_fold(engine, 1, RECVEIL_MEMBERSHIP_ASK, page_1.model_version);
    CHECK_EQ(10 * i, page_2.model_version);
    CHECK_OK(host_fold_in(engine, &page_2, history, 3, after, HOST_D, scratch, sizeof scratch));
    CHECK(memcmp(before, after, sizeof before) == 0);
    for (uint32_t old = 0; old <= i; ++old) CHECK_EQ(old + 1 < i ? 1 : 0, v[old].released);
  }
  recveil_engine_close(engine);
  for (int i = 0; i < 4; ++i) CHECK_EQ(1, v[i].released);
}

typedef void (*Spoil)(host_folds *folds);
static void no_version(host_folds *all) {
  all->folds.model_version = 0;
}
static void same_version(host_folds *all) {
  all->folds.model_version = 5;
}
static void too_few(host_folds *all) {
  all->folds.n_folds = 2;
}
static void too_many(host_folds *all) {
  all->folds.n_folds = 4;
}
static void no_models(host_folds *all) {
  all->folds.models = NULL;
}
static void wrong_flags(host_folds *all) {
  all->folds.flags = 2;
}
static void wrong_reserved(host_folds *all) {
  all->folds.reserved = 1;
}
static void model_flags(host_folds *all) {
  all->models[1].flags = 4;
}
static void model_size(host_folds *all) {
  all->models[1].struct_size += 8;
}
static void wrong_kind(host_folds *all) {
  all->models[1].kind = 9;
}
static void other_kind(host_folds *all) {
  all->models[2].kind = RECVEIL_FOLD_ITEM_ITEM;
  all->models[2].weight_offsets = all->weight_offsets;
  all->models[2].weight_items = all->weight_items;
  all->models[2].weights = all->weights[2];
}
static void other_d(host_folds *all) {
  all->models[1].d = 4;
  all->models[1].row_stride = HOST_D;
}
static void no_d(host_folds *all) {
  all->models[0].d = 0;
}
static void large_d(host_folds *all) {
  all->models[0].d = 513;
}
static void narrow(host_folds *all) {
  all->models[1].row_stride = 4;
}
static void fewer_items(host_folds *all) {
  all->models[2].n_items = HOST_ITEMS - 1;
}
static void no_items(host_folds *all) {
  all->models[0].n_items = 0;
}
static void no_support(host_folds *all) {
  all->models[1].support = NULL;
}
static void no_factors(host_folds *all) {
  all->models[1].item_factors = NULL;
}
static void not_finite(host_folds *all) {
  all->factors[2][7][3] = NAN;
}
static void infinite(host_folds *all) {
  all->factors[2][7][3] = INFINITY;
}
static void no_weight(host_folds *all) {
  all->models[0].observed_weight = 0;
}
static void residual_without_bias(host_folds *all) {
  all->models[2].flags = RECVEIL_FOLD_BIAS_RESIDUAL;
}
static void bias_of_one(host_folds *all) {
  all->models[1].item_bias = all->factors[0][0]; /* the others have none */
}
static void bias_of_nothing(host_folds *all) {
  static float bias[HOST_ITEMS];
  bias[7] = NAN;
  for (int f = 0; f < HOST_FOLDS; ++f) all->models[f].item_bias = bias;
}
static void ridge_of_one(host_folds *all) {
  all->models[1].flags = RECVEIL_FOLD_RIDGE_BY_COUNT;
}
static void infinite_unobserved(host_folds *all) {
  all->models[0].unobserved_weight = INFINITY;
}
static void no_ridge(host_folds *all) {
  all->models[0].regularization = 0;
}
static void other_ridge(host_folds *all) {
  all->models[2].regularization = 0.2;
}
static void other_weight(host_folds *all) {
  all->models[2].observed_weight = 3;
}
static void other_exponent(host_folds *all) {
  all->models[2].regularization_exponent = 0;
}
static void wild_exponent(host_folds *all) {
  all->models[0].regularization_exponent = NAN;
}
static void small_catalogue(host_folds *all) {
  all->models[0].n_catalogue = 3;
}
static void other_catalogue(host_folds *all) {
  all->models[1].n_catalogue = 99;
}

static void refused_models_change_nothing(void) {
  static const struct {
    Spoil spoil;
    recveil_status status;
    const char *words;
  } cases[] = {
      {no_version, RECVEIL_E_ARGUMENT, "folds.model_version"},
      {same_version, RECVEIL_E_ARGUMENT, "must be above 5"},
      {too_few, RECVEIL_E_ARGUMENT, "folds.n_folds"},
      {too_many, RECVEIL_E_ARGUMENT, "folds.n_folds"},
      {no_models, RECVEIL_E_ARGUMENT, "folds.models"},
      {wrong_flags, RECVEIL_E_UNSUPPORTED, "folds.flags"},
      {wrong_reserved, RECVEIL_E_ARGUMENT, "folds.reserved"},
      {model_flags, RECVEIL_E_UNSUPPORTED, "models[1].flags"},
      {model_size, RECVEIL_E_ARGUMENT, "struct_size"},
      {wrong_kind, RECVEIL_E_ARGUMENT, "models[1].kind"},
      {other_kind, RECVEIL_E_ARGUMENT, "models[2].kind"},
      {other_d, RECVEIL_E_ARGUMENT, "models[1].d"},
      {no_d, RECVEIL_E_ARGUMENT, "models[0].d"},
      {large_d, RECVEIL_E_ARGUMENT, "models[0].d"},
      {narrow, RECVEIL_E_ARGUMENT, "models[1].row_stride"},
      {fewer_items, RECVEIL_E_ARGUMENT, "models[2].n_items"},
      {no_items, RECVEIL_E_ARGUMENT, "models[0].n_items"},
      {no_support, RECVEIL_E_ARGUMENT, "models[1].support"},
      {no_factors, RECVEIL_E_ARGUMENT, "models[1].item_factors"},
      {not_finite, RECVEIL_E_ARGUMENT, "models[2].item_factors: row 7"},
      {infinite, RECVEIL_E_ARGUMENT, "models[2].item_factors: row 7"},
      {no_weight, RECVEIL_E_ARGUMENT, "models[0].observed_weight"},
      {infinite_unobserved, RECVEIL_E_ARGUMENT, "models[0].unobserved_weight"},
      {residual_without_bias, RECVEIL_E_ARGUMENT, "models[2].item_bias"},
      {bias_of_one, RECVEIL_E_ARGUMENT, "models[1].item_bias"},
      {bias_of_nothing, RECVEIL_E_ARGUMENT, "models[0].item_bias: number 7"},
      {ridge_of_one, RECVEIL_E_ARGUMENT, "models[1].flags"},
      {no_ridge, RECVEIL_E_ARGUMENT, "models[0].regularization"},
      {other_ridge, RECVEIL_E_ARGUMENT, "models[2].regularization"},
      {other_weight, RECVEIL_E_ARGUMENT, "models[2].observed_weight"},
      {other_exponent, RECVEIL_E_ARGUMENT, "models[2].regularization_exponent"},
      {wild_exponent, RECVEIL_E_ARGUMENT, "models[0].regularization_exponent"},
      {small_catalogue, RECVEIL_E_ARGUMENT, "models[0].n_catalogue"},
      {other_catalogue, RECVEIL_E_ARGUMENT, "models[1].n_catalogue"},
  };
  static host_folds good, bad;
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  host_make_folds(&good, RECVEIL_FOLD_FACTORS, 5, 1);
  CHECK_OK(recveil_publish_folds(engine, &good.folds));
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    host_make_folds(&bad, RECVEIL_FOLD_FACTORS, 6, 2);
    cases[i].spoil(&bad);
    CHECK_FAILS(cases[i].status, cases[i].words, recveil_publish_folds(engine, &bad.folds));
    CHECK_EQ(1, bad.released);
    CHECK_EQ(5, newest(engine));
  }
  host_make_folds(&bad, RECVEIL_FOLD_FACTORS, 6, 2);
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "engine", recveil_publish_folds(NULL, &bad.folds));
  CHECK_EQ(1, bad.released);
  bad.folds.struct_size = 8; /* cannot be read: not given back, because nobody knows to whom */
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "struct_size", recveil_publish_folds(engine, &bad.folds));
  CHECK_FAILS(RECVEIL_E_ARGUMENT, "folds", recveil_publish_folds(engine, NULL));
  CHECK_EQ(1, bad.released);
  CHECK_EQ(0, good.released);
  recveil_engine_close(engine);
  CHECK_EQ(1, good.released);
}

static void falling_offsets(host_folds *all) {
  all->weight_offsets[4] = 100;
}
static void strange_item(host_folds *all) {
  all->weight_items[9] = HOST_ITEMS;
}
static void wild_number(host_folds *all) {
  all->weights[1][30] = -INFINITY;
}
static void no_offsets(host_folds *all) {
  all->models[2].weight_offsets = NULL;
}

static void item_weights_are_checked(void) {
  static const struct {
    Spoil spoil;
    const char *words;
  } cases[] = {{falling_offsets, "weight_offsets"},
               {strange_item, "weight_items"},
               {wild_number, "models[1].weights: number 30"},
               {no_offsets, "models[2].weight_offsets"}};
  static host_folds bad;
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    host_make_folds(&bad, RECVEIL_FOLD_ITEM_ITEM, 6, 2);
    cases[i].spoil(&bad);
    CHECK_FAILS(RECVEIL_E_ARGUMENT, cases[i].words, recveil_publish_folds(engine, &bad.folds));
    CHECK_EQ(1, bad.released);
  }
  recveil_engine_close(engine);
}

/* Rows of the trainer: those of the library itself are right, and any other setting is found out.
 */
static void samples_tell_a_mismatch(void) {
  static host_folds folds, trained;
  static const size_t offsets[] = {0, 3, 4, 9};
  static const uint32_t items[] = {3, 8, 20, 11, 1, 2, 17, 22, 39};
  float rows[3 * HOST_D];
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 1, 4);
  CHECK_OK(recveil_publish_folds(engine, &folds.folds));
  const uint16_t fold[] = {1, 1, 1};
  CHECK_OK(recveil_fold_in_batch(engine, 1, NULL, fold, 3, offsets, items, NULL, rows, HOST_D,
                                 scratch, sizeof scratch));
  for (int what = 0; what < 7; ++what) {
    host_make_folds(&trained, RECVEIL_FOLD_FACTORS, 2 + (uint64_t)what, 4);
    recveil_fold_model *model = &trained.models[1];
    model->n_samples = 3;
    model->sample_offsets = offsets;
    model->sample_items = items;
    model->sample_rows = rows;
    for (int f = 0; f < HOST_FOLDS; ++f) {
      recveil_fold_model *each = &trained.models[f];
      if (what == 1) each->regularization *= 1.1;
      if (what == 2) each->observed_weight *= 1.1;
      if (what == 3) each->unobserved_weight *= 1.1;
      if (what == 4) each->regularization_exponent = 0.9;
      if (what == 5) each->n_catalogue = 2 * HOST_ITEMS;
    }
    if (what == 6) rows[2 * HOST_D + 1] += 0.01f;
    if (what == 0) {
      CHECK_OK(recveil_publish_folds(engine, &trained.folds));
    } else {
      CHECK_FAILS(RECVEIL_E_ARGUMENT, what == 6 ? "models[1].sample 2" : "models[1].sample",
                  recveil_publish_folds(engine, &trained.folds));
    }
  }
  recveil_engine_close(engine);
}

static void a_child_goes_on(void) {
  static host_folds folds, more;
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 1, 4);
  CHECK_OK(recveil_publish_folds(engine, &folds.folds));
  const pid_t child = fork();
  if (child == 0) {
    CHECK_EQ(1, newest(engine));
    host_make_folds(&more, RECVEIL_FOLD_FACTORS, 2, 5);
    CHECK_OK(recveil_publish_folds(engine, &more.folds));
    CHECK_EQ(2, newest(engine));
    recveil_engine_close(engine);
    CHECK(folds.released == 1 && more.released == 1);
    _exit(host_result());
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK_EQ(0, status);
  CHECK_EQ(1, newest(engine));
  CHECK_EQ(0, folds.released);
  recveil_engine_close(engine);
  CHECK_EQ(1, folds.released);
}

/* The mistakes that everybody makes: alpha for 1 + alpha or the reverse, and rows that are half a
   step old. And weights of samples are the histories'. */
static void samples_name_the_natural_mistake(void) {
  static host_folds folds, trained;
  static const size_t offsets[] = {0, 3, 7};
  static const uint32_t items[] = {3, 8, 20, 1, 2, 17, 22};
  static const float three[] = {3, 3, 3, 3, 3, 3, 3};
  const struct {
    double observed_weight;
    const float *weights;
    float stretch;
    const char *words;
  } cases[] = {{3, NULL, 1, NULL},
               {2, NULL, 1,
                "observed_weight 1 larger: the trainer's weight of an observed pair is "
                "1 + alpha, not alpha"},
               {4, NULL, 1,
                "observed_weight 1 smaller: the trainer's weight of an observed pair is "
                "alpha, not 1 + alpha"},
               {3, NULL, 0.9f, "user factors from before the last update of item_factors"},
               {9, three, 1, NULL},
               {9, three, 0.9f, "half a step old"}};
  float rows[2 * HOST_D], given[2 * HOST_D];
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 1, 4);
  for (int f = 0; f < HOST_FOLDS; ++f) folds.models[f].observed_weight = 3;
  CHECK_OK(recveil_publish_folds(engine, &folds.folds));
  const uint16_t fold[] = {1, 1};
  CHECK_OK(
      recveil_fold_in_batch(engine, 1, NULL, fold, 2, offsets, items, NULL, rows, HOST_D, NULL, 0));
  for (uint64_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    recveil_engine *other = host_open(HOST_FOLDS_YAML);
    host_make_folds(&trained, RECVEIL_FOLD_FACTORS, 1, 4);
    for (int c = 0; c < 2 * HOST_D; ++c) given[c] = rows[c] * cases[i].stretch;
    for (int f = 0; f < HOST_FOLDS; ++f) {
      trained.models[f].observed_weight = cases[i].observed_weight;
    }
    trained.models[1].n_samples = 2;
    trained.models[1].sample_offsets = offsets;
    trained.models[1].sample_items = items;
    trained.models[1].sample_weights = cases[i].weights;
    trained.models[1].sample_rows = given;
    const recveil_status status = recveil_publish_folds(other, &trained.folds);
    CHECK_EQ(cases[i].words == NULL ? RECVEIL_OK : RECVEIL_E_ARGUMENT, status);
    if (cases[i].words != NULL) CHECK(strstr(recveil_last_error(), cases[i].words) != NULL);
    recveil_engine_close(other);
  }
  recveil_engine_close(engine);
}

static void the_engine_says_what_it_holds(void) {
  static host_folds folds, newer;
  recveil_engine *engine = host_open(HOST_FOLDS_YAML);
  CHECK_EQ(0, host_info(engine).model_version);
  CHECK_EQ(0, host_info(engine).n_borrowed_bytes);
  host_make_folds(&folds, RECVEIL_FOLD_FACTORS, 3, 1);
  CHECK_OK(recveil_publish_folds(engine, &folds.folds));
  recveil_engine_info info = host_info(engine);
  CHECK_EQ(3, info.model_version);
  CHECK_EQ(0, info.older_model_version);
  const size_t model = HOST_ITEMS * (HOST_D + 1) * 4; /* factors and support */
  CHECK_EQ(HOST_FOLDS * model, info.n_borrowed_bytes);
  CHECK(info.n_own_bytes >= HOST_FOLDS * 16 * 16 * (8 + 4)); /* the Gram matrices */
  host_make_folds(&newer, RECVEIL_FOLD_FACTORS, 4, 1);
  CHECK_OK(recveil_publish_folds(engine, &newer.folds));
  info = host_info(engine);
  CHECK_EQ(4, info.model_version);
  CHECK_EQ(3, info.older_model_version);
  CHECK_EQ(2 * HOST_FOLDS * model, info.n_borrowed_bytes);
  recveil_engine_close(engine);
}

int main(void) {
  two_versions_are_kept();
  refused_models_change_nothing();
  item_weights_are_checked();
  samples_tell_a_mismatch();
  samples_name_the_natural_mistake();
  a_child_goes_on();
  the_engine_says_what_it_holds();
  return host_finish();
}
