/* Pins of the erasure and screening loops: see pins.c. */
#include "pins.h"

SIZE(recveil_erase_method, 4);

SIZE(recveil_erase_class_status, 4);

SIZE(recveil_stale, 4);

SIZE(recveil_index_state, 4);

SIZE(recveil_dtype, 4);

SIZE(recveil_matrix, 56);
AT(recveil_matrix, struct_size, 0);
AT(recveil_matrix, flags, 4);
AT(recveil_matrix, data, 8);
AT(recveil_matrix, n_rows, 16);
AT(recveil_matrix, n_cols, 24);
AT(recveil_matrix, row_stride, 32);
AT(recveil_matrix, frozen_tail_cols, 40);
AT(recveil_matrix, dtype, 48);
AT(recveil_matrix, reserved, 52);
WIDTH(recveil_matrix, reserved, 4);

SIZE(recveil_erase_options, 80);
AT(recveil_erase_options, struct_size, 0);
AT(recveil_erase_options, flags, 4);
AT(recveil_erase_options, method, 8);
AT(recveil_erase_options, n_attributes, 12);
AT(recveil_erase_options, n_classes, 16);
AT(recveil_erase_options, names, 24);
AT(recveil_erase_options, seed, 32);
AT(recveil_erase_options, min_class_rows, 40);
AT(recveil_erase_options, n_sweeps, 48);
AT(recveil_erase_options, n_code, 52);
AT(recveil_erase_options, progress, 56);
WIDTH(recveil_erase_options, progress, 24);

SIZE(recveil_erase_stats_info, 24);
AT(recveil_erase_stats_info, struct_size, 0);
AT(recveil_erase_stats_info, flags, 4);
AT(recveil_erase_stats_info, d, 8);
AT(recveil_erase_stats_info, n_classes, 12);
AT(recveil_erase_stats_info, n_rows, 16);
WIDTH(recveil_erase_stats_info, n_rows, 8);

SIZE(recveil_erase_map_info, 72);
AT(recveil_erase_map_info, struct_size, 0);
AT(recveil_erase_map_info, flags, 4);
AT(recveil_erase_map_info, method, 8);
AT(recveil_erase_map_info, d, 12);
AT(recveil_erase_map_info, n_attributes, 16);
AT(recveil_erase_map_info, n_cells, 20);
AT(recveil_erase_map_info, n_shared, 24);
AT(recveil_erase_map_info, moved, 32);
AT(recveil_erase_map_info, id, 40);
WIDTH(recveil_erase_map_info, id, 32);

SIZE(recveil_erase_class_info, 56);
AT(recveil_erase_class_info, struct_size, 0);
AT(recveil_erase_class_info, status, 4);
AT(recveil_erase_class_info, attribute, 8);
AT(recveil_erase_class_info, n_classes, 16);
AT(recveil_erase_class_info, flags, 20);
AT(recveil_erase_class_info, n_rows, 24);
AT(recveil_erase_class_info, mean_strength, 32);
AT(recveil_erase_class_info, shrinkage, 40);
AT(recveil_erase_class_info, separation, 48);
WIDTH(recveil_erase_class_info, separation, 8);

SIZE(recveil_erase_result, 32);
AT(recveil_erase_result, struct_size, 0);
AT(recveil_erase_result, stale, 4);
AT(recveil_erase_result, n_done, 8);
AT(recveil_erase_result, n_mapped, 16);
AT(recveil_erase_result, n_unknown, 24);
WIDTH(recveil_erase_result, n_unknown, 8);

SIZE(recveil_erasures, 80);
AT(recveil_erasures, struct_size, 0);
AT(recveil_erasures, flags, 4);
AT(recveil_erasures, model_version, 8);
AT(recveil_erasures, n_maps, 16);
AT(recveil_erasures, n_attributes, 20);
AT(recveil_erasures, maps, 24);
AT(recveil_erasures, n_users, 32);
AT(recveil_erasures, users, 40);
AT(recveil_erasures, classes, 48);
AT(recveil_erasures, decoys, 56);
AT(recveil_erasures, decoys_size, 64);
AT(recveil_erasures, decoys_attribute, 72);
AT(recveil_erasures, reserved, 76);
WIDTH(recveil_erasures, reserved, 4);

VALUE(RECVEIL_CLASS_UNKNOWN, -1);
VALUE(RECVEIL_FLOAT32, 1);
VALUE(RECVEIL_FLOAT64, 2);
VALUE(RECVEIL_ERASE_GAUSSIAN_TRANSPORT, 1);
VALUE(RECVEIL_ERASE_OPTIMAL_TRANSPORT, 2);
VALUE(RECVEIL_ERASE_LEACE, 3);
VALUE(RECVEIL_ERASE_DEFAULT_METHOD, 4);
VALUE(RECVEIL_ERASE_NEEDS_CLASSES, 1);
VALUE(RECVEIL_ERASE_NOT_CERTIFIABLE, 2);
VALUE(RECVEIL_ERASE_CERTIFIABLE, 1);
VALUE(RECVEIL_ERASE_TOO_SMALL, 2);
VALUE(RECVEIL_ERASE_ABSENT, 3);
VALUE(RECVEIL_STALE_NORMS, 1);
VALUE(RECVEIL_STALE_GRAM, 2);
VALUE(RECVEIL_STALE_ANN_INDEX, 4);
VALUE(RECVEIL_STALE_CACHED_LISTS, 8);
VALUE(RECVEIL_STALE_OPTIMIZER, 16);
VALUE(RECVEIL_STALE_BIAS, 32);
VALUE(RECVEIL_STALE_ALL, 63);
VALUE(RECVEIL_INDEX_ROWS_ONLY, 1);
VALUE(RECVEIL_INDEX_REASSIGNED, 2);
VALUE(RECVEIL_INDEX_REBUILT, 3);

SIZE(recveil_screen_verdict, 1);

SIZE(recveil_screen_trigger, 4);

SIZE(recveil_screen_accounts, 88);
AT(recveil_screen_accounts, struct_size, 0);
AT(recveil_screen_accounts, flags, 4);
AT(recveil_screen_accounts, n_accounts, 8);
AT(recveil_screen_accounts, users, 16);
AT(recveil_screen_accounts, persons, 24);
AT(recveil_screen_accounts, offsets, 32);
AT(recveil_screen_accounts, items, 40);
AT(recveil_screen_accounts, ratings, 48);
AT(recveil_screen_accounts, arrived_at, 56);
AT(recveil_screen_accounts, launched_at, 64);
AT(recveil_screen_accounts, n_launched, 72);
AT(recveil_screen_accounts, n_past, 80);
WIDTH(recveil_screen_accounts, n_past, 8);

SIZE(recveil_screen_window_shape, 40);
AT(recveil_screen_window_shape, struct_size, 0);
AT(recveil_screen_window_shape, flags, 4);
AT(recveil_screen_window_shape, n_items, 8);
AT(recveil_screen_window_shape, sample_accounts, 12);
AT(recveil_screen_window_shape, sample_interactions, 16);
AT(recveil_screen_window_shape, rating_min, 24);
AT(recveil_screen_window_shape, rating_max, 28);
AT(recveil_screen_window_shape, seed, 32);
WIDTH(recveil_screen_window_shape, seed, 8);

SIZE(recveil_screen_window_info, 48);
AT(recveil_screen_window_info, struct_size, 0);
AT(recveil_screen_window_info, flags, 4);
AT(recveil_screen_window_info, n_items, 8);
AT(recveil_screen_window_info, implicit, 12);
AT(recveil_screen_window_info, n_accounts, 16);
AT(recveil_screen_window_info, n_interactions, 24);
AT(recveil_screen_window_info, n_sampled_accounts, 32);
AT(recveil_screen_window_info, n_sampled_interactions, 40);
WIDTH(recveil_screen_window_info, n_sampled_interactions, 8);

SIZE(recveil_screen_training, 40);
AT(recveil_screen_training, struct_size, 0);
AT(recveil_screen_training, flags, 4);
AT(recveil_screen_training, seed, 8);
AT(recveil_screen_training, progress, 16);
WIDTH(recveil_screen_training, progress, 24);

SIZE(recveil_screen_result, 104);
AT(recveil_screen_result, struct_size, 0);
AT(recveil_screen_result, flags, 4);
AT(recveil_screen_result, verdicts, 8);
AT(recveil_screen_result, scores, 16);
AT(recveil_screen_result, reasons, 24);
AT(recveil_screen_result, accepted, 32);
AT(recveil_screen_result, weights, 40);
AT(recveil_screen_result, write_evidence, 48);
AT(recveil_screen_result, evidence_ctx, 56);
AT(recveil_screen_result, n_accepted, 64);
AT(recveil_screen_result, n_quarantined, 72);
AT(recveil_screen_result, n_deferred, 80);
AT(recveil_screen_result, screen_model_version, 88);
AT(recveil_screen_result, enforced, 96);
AT(recveil_screen_result, reserved, 100);
WIDTH(recveil_screen_result, reserved, 4);

SIZE(recveil_screen_info, 80);
AT(recveil_screen_info, struct_size, 0);
AT(recveil_screen_info, enforced, 4);
AT(recveil_screen_info, screen_model_version, 8);
AT(recveil_screen_info, trained_at, 16);
AT(recveil_screen_info, n_training_accounts, 24);
AT(recveil_screen_info, n_support_vectors, 32);
AT(recveil_screen_info, training_seconds, 40);
AT(recveil_screen_info, n_batches, 48);
AT(recveil_screen_info, n_flagged, 56);
AT(recveil_screen_info, n_overturned, 64);
AT(recveil_screen_info, n_exempt, 72);
WIDTH(recveil_screen_info, n_exempt, 8);

VALUE(RECVEIL_SCREEN_ACCEPT, 1);
VALUE(RECVEIL_SCREEN_QUARANTINE, 2);
VALUE(RECVEIL_SCREEN_DEFER, 3);
VALUE(RECVEIL_SCREEN_UNLIKE, 1);
VALUE(RECVEIL_SCREEN_KNOWN_FAMILY, 2);
VALUE(RECVEIL_SCREEN_COPIED, 4);
VALUE(RECVEIL_SCREEN_COORDINATED, 8);
VALUE(RECVEIL_SCREEN_UNANIMOUS, 16);
VALUE(RECVEIL_SCREEN_TREND, 32);
VALUE(RECVEIL_SCREEN_LAUNCH, 64);
VALUE(RECVEIL_SCREEN_OVERTURNED, 128);
VALUE(RECVEIL_SCREEN_EXEMPT, 256);

/* columns.h */
SIZE(recveil_column_kind, 4);
VALUE(RECVEIL_COLUMN_TEXTS, 1);
VALUE(RECVEIL_COLUMN_INTEGERS, 2);
VALUE(RECVEIL_COLUMN_REALS, 3);
VALUE(RECVEIL_COLUMN_OTHER, 4);

SIZE(recveil_column, 72);
AT(recveil_column, struct_size, 0);
AT(recveil_column, kind, 4);
AT(recveil_column, name, 8);
AT(recveil_column, n_rows, 16);
AT(recveil_column, codes, 24);
AT(recveil_column, n_distinct, 32);
AT(recveil_column, offsets, 40);
AT(recveil_column, bytes, 48);
AT(recveil_column, integers, 56);
AT(recveil_column, reals, 64);
WIDTH(recveil_column, reals, 8);

SIZE(recveil_watch_outcome, 4);
VALUE(RECVEIL_WATCH_UNCHANGED, 1);
VALUE(RECVEIL_WATCH_CHANGED, 2);
VALUE(RECVEIL_WATCH_HELD, 3);
VALUE(RECVEIL_WATCH_NOT_COMPARED, 4);

SIZE(recveil_watch_report, 48);
AT(recveil_watch_report, struct_size, 0);
AT(recveil_watch_report, outcome, 4);
AT(recveil_watch_report, model_version, 8);
AT(recveil_watch_report, last_model_version, 16);
AT(recveil_watch_report, checked_at, 24);
AT(recveil_watch_report, n_items, 32);
AT(recveil_watch_report, n_changed, 40);
WIDTH(recveil_watch_report, n_changed, 8);

SIZE(recveil_watched_item, 64);
AT(recveil_watched_item, item, 0);
AT(recveil_watched_item, compared, 4);
AT(recveil_watched_item, changed, 8);
AT(recveil_watched_item, fold, 12);
AT(recveil_watched_item, change, 16);
AT(recveil_watched_item, p_value, 24);
AT(recveil_watched_item, n_neighbors, 32);
AT(recveil_watched_item, neighbors, 36);
WIDTH(recveil_watched_item, neighbors, 28);
