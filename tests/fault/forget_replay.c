/* Never twice: random schedules of apply, crash, store, double store, restore of an old file and
   new models leave rows bit-equal to exactly one application of the map of their model. usage:
   forget_replay [schedules] */
#include "support/host_forget.h"

enum { kVersions = 3, kPeople = 8 };
static recveil_engine *engine;
static recveil_forget *forget;
static host_table memory;
static float disk[kRows * kCols]; /* what a restart finds */
static uint64_t disk_version, state = 1;
static float raw[kVersions + 1][kRows * kCols], once[kVersions + 1][kRows * kCols];
static recveil_erase_map *maps[kVersions + 1];
static unsigned steps[7];

static uint32_t draw(uint32_t below) {
  state = host_mix(state);
  return (uint32_t)(state >> 33) % below;
}

/* The row of a person in a model, mapped once, by recveil_erase_apply. */
static void models(void) {
  for (uint64_t v = 1; v <= kVersions; ++v) {
    host_train(&memory, v);
    memcpy(raw[v], memory.data, sizeof raw[v]);
    maps[v] = host_fit(&memory, RECVEIL_ERASE_GAUSSIAN_TRANSPORT);
  }
}

static void load(void) {
  memcpy(memory.data, disk, sizeof disk);
  memory.table.model_version = disk_version;
}
static void store(void) {
  memcpy(disk, memory.data, sizeof disk);
  disk_version = memory.table.model_version;
}

static void reopen(void) {
  recveil_forget_close(forget);
  recveil_forget_options options = RECVEIL_FORGET_OPTIONS_INIT;
  options.flags = RECVEIL_FORGET_NO_VERIFY;
  CHECK_OK(recveil_forget_open(engine, &options, &forget));
}

static void step(void) {
  const uint32_t what = draw(7);
  ++steps[what];
  const uint64_t version = memory.table.model_version;
  switch (what) {
    case 0: /* apply, and go on */
      host_apply(forget, &memory, maps[version]);
      return;
    case 1: /* a crash after the journal was written and before all rows were */
    {
      static float before[kRows * kCols];
      memcpy(before, memory.data, sizeof before);
      host_apply(forget, &memory, maps[version]);
      for (uint32_t r = 0; r < kRows; ++r) {
        if (draw(2) == 0) {
          memcpy(memory.data + r * kCols, before + r * kCols, kCols * sizeof(float));
        }
      }
      store(); /* half of it, as the page cache had it */
      reopen();
      load();
      return;
    }
    case 2: /* a crash that loses the memory */
      host_apply(forget, &memory, maps[version]);
      reopen();
      load();
      return;
    case 3: /* store, twice */
      store();
      store();
      return;
    case 4: /* the next model is published */
      if (version < kVersions) {
        memcpy(memory.data, raw[version + 1], sizeof memory.data);
        memory.table.model_version = version + 1;
        store();
      }
      return;
    case 5: /* an old file is restored */
      memory.table.model_version = 1 + draw((uint32_t)version);
      memcpy(memory.data, raw[memory.table.model_version], sizeof memory.data);
      store();
      return;
    default: /* apply and read back what is on the disk */
    {
      const recveil_forget_applied applied = host_apply(forget, &memory, maps[version]);
      store();
      if (applied.attempt != 0) {
        CHECK_EQ(0, host_ack(forget, &memory, applied.attempt).n_resurrected);
      }
    }
  }
}

int main(int argc, char **argv) {
  const uint32_t schedules = argc > 1 ? (uint32_t)atoi(argv[1]) : 1000;
  engine = host_forget_engine();
  forget = host_forget_open(engine);
  host_table_init(&memory, engine, 1);
  models();
  for (uint32_t p = 0; p < kPeople; ++p) host_submit(forget, 1 + p, p * 7, engine);
  for (uint64_t v = 1; v <= kVersions; ++v) { /* exactly one application, the first one */
    memcpy(memory.data, raw[v], sizeof memory.data);
    memory.table.model_version = v;
    CHECK_EQ(kPeople, host_apply(forget, &memory, maps[v]).n_mapped);
    memcpy(once[v], memory.data, sizeof once[v]);
    CHECK(memcmp(once[v], raw[v], sizeof once[v]) != 0);
  }
  for (uint32_t schedule = 1; schedule <= schedules && host_failures == 0; ++schedule) {
    state = schedule;
    /* Somebody new now and then: their rows have no history in the journal. */
    if (schedule % 50 == 1) host_submit(forget, 1000 + schedule, 60 + (schedule - 1) / 50, engine);
    memory.table.model_version = 1;
    memcpy(memory.data, raw[1], sizeof memory.data);
    store();
    for (uint32_t i = 0, n = 3 + draw(10); i < n; ++i) step();
    const uint64_t version = memory.table.model_version;
    const recveil_forget_applied last = host_apply(forget, &memory, maps[version]);
    CHECK_EQ(0, last.n_resurrected);
    CHECK_EQ(0, host_apply(forget, &memory, maps[version]).n_mapped);
    for (uint32_t p = 0; p < kPeople; ++p) {
      const size_t at = p * 7 * kCols;
      CHECK(memcmp(memory.data + at, once[version] + at, kCols * sizeof(float)) == 0);
    }
    /* And the newest person: mapped once from raw, alone. */
    const uint32_t row = 60 + (schedule - 1) / 50;
    float alone[kCols];
    memcpy(alone, raw[version] + row * kCols, sizeof alone);
    recveil_matrix one = memory.matrix;
    one.data = alone;
    one.n_rows = 1;
    CHECK_OK(recveil_erase_apply(maps[version], &one, &memory.classes[row], NULL, NULL));
    for (uint32_t c = 0; c < kCols; ++c) { /* a batch sums in another order */
      CHECK(fabsf(alone[c] - memory.data[row * kCols + c]) < 1e-4F);
    }
    if (host_failures > 0) fprintf(stderr, "  in schedule %u\n", schedule);
  }
  printf(
      "%u schedules; apply %u, half written %u, lost %u, stored %u, new model %u, old file %u, "
      "read back %u\n",
      schedules, steps[0], steps[1], steps[2], steps[3], steps[4], steps[5], steps[6]);
  for (uint64_t v = 1; v <= kVersions; ++v) recveil_erase_map_close(maps[v]);
  recveil_forget_close(forget);
  recveil_engine_close(engine);
  return host_finish();
}
