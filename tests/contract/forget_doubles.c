/* The forget loop on a table of doubles: digests are of the doubles, maps compute in float. */
#include "support/host_forget.h"

int main(void) {
  recveil_engine *engine = host_forget_engine();
  recveil_forget *forget = host_forget_open(engine);
  CHECK_OK(host_publish_items(engine, 30, 0));
  static host_table table;
  host_table_init(&table, engine, 1);
  static double wide[kRows * kCols], before[kRows * kCols], below[kRows * kCols];
  for (size_t i = 0; i < kRows * kCols; ++i) wide[i] = (double)table.data[i] + 1e-12;
  memcpy(before, wide, sizeof wide);
  recveil_erase_map *map = host_fit(&table, RECVEIL_ERASE_SCORE_TRANSPORT);
  recveil_matrix doubles = table.matrix;
  doubles.data = wide;
  doubles.dtype = RECVEIL_FLOAT64;
  recveil_forget_table rows = table.table;
  rows.rows = &doubles;

  host_submit(forget, 1, 7, engine);
  CHECK_OK(host_submit_as(forget, 2, 100, engine, RECVEIL_FORGET_ERASE, 0, NULL));
  recveil_forget_applied applied = RECVEIL_FORGET_APPLIED_INIT;
  CHECK_OK(recveil_forget_apply(forget, &rows, NULL, 0, map, table.classes, &applied, NULL));
  CHECK(applied.n_mapped == 2 && applied.shift > 0);

  memcpy(below, before, sizeof below);
  doubles.data = below;
  int32_t asked[kRows];
  for (size_t r = 0; r < kRows; ++r) asked[r] = r == 7 ? table.classes[7] : RECVEIL_CLASS_UNKNOWN;
  CHECK_OK(recveil_erase_apply(map, &doubles, asked, NULL, NULL));
  memset(below + 100 * kCols, 0, kD * sizeof *below);
  CHECK(memcmp(wide, below, sizeof wide) == 0); /* with the bias, and with all others */

  recveil_forget_acked acked = RECVEIL_FORGET_ACKED_INIT;
  doubles.data = before;
  CHECK_OK(recveil_forget_ack(forget, applied.attempt, &rows, &acked, NULL));
  CHECK(acked.n_confirmed == 0 && acked.n_unwritten == 2);
  doubles.data = wide;
  CHECK_OK(recveil_forget_ack(forget, applied.attempt, &rows, &acked, NULL));
  CHECK(acked.n_confirmed == 2 && acked.n_left == 0);

  /* A difference that a float does not hold is a difference. */
  wide[7 * kCols] += 1e-12;
  size_t indices[kRows];
  recveil_row_action actions[kRows];
  recveil_forget_plan_rows plan = RECVEIL_FORGET_PLAN_ROWS_INIT;
  plan.capacity = kRows;
  plan.rows = indices;
  plan.actions = actions;
  CHECK_OK(recveil_forget_plan(forget, &rows, &plan, NULL));
  CHECK(plan.n_rows == 2 && indices[0] == 7 && actions[0] == RECVEIL_ROW_RESURRECTED);
  CHECK(actions[1] == RECVEIL_ROW_SKIP);

  rows.model_version = 2;
  wide[7 * kCols] = 1e300; /* no float */
  CHECK_FAILS(RECVEIL_E_DATA, "row 7",
              recveil_forget_apply(forget, &rows, NULL, 0, map, table.classes, &applied, NULL));
  recveil_erase_map_close(map);
  recveil_forget_close(forget);
  recveil_engine_close(engine);
  CHECK(chdir("/") == 0);
  host_remove_folder();
  return host_result();
}
