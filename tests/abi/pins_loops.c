/* Pins of the erasure, screening and forget loops: see pins.c. */
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
AT(recveil_erase_options, reserved, 52);
AT(recveil_erase_options, progress, 56);
WIDTH(recveil_erase_options, progress, 24);

SIZE(recveil_erase_stats_info, 24);
AT(recveil_erase_stats_info, struct_size, 0);
AT(recveil_erase_stats_info, flags, 4);
AT(recveil_erase_stats_info, d, 8);
AT(recveil_erase_stats_info, n_classes, 12);
AT(recveil_erase_stats_info, n_rows, 16);
WIDTH(recveil_erase_stats_info, n_rows, 8);

SIZE(recveil_erase_map_info, 56);
AT(recveil_erase_map_info, struct_size, 0);
AT(recveil_erase_map_info, flags, 4);
AT(recveil_erase_map_info, method, 8);
AT(recveil_erase_map_info, d, 12);
AT(recveil_erase_map_info, n_attributes, 16);
AT(recveil_erase_map_info, reserved, 20);
AT(recveil_erase_map_info, id, 24);
WIDTH(recveil_erase_map_info, id, 32);

SIZE(recveil_erase_class_info, 48);
AT(recveil_erase_class_info, struct_size, 0);
AT(recveil_erase_class_info, status, 4);
AT(recveil_erase_class_info, attribute, 8);
AT(recveil_erase_class_info, n_classes, 16);
AT(recveil_erase_class_info, flags, 20);
AT(recveil_erase_class_info, n_rows, 24);
AT(recveil_erase_class_info, mean_strength, 32);
AT(recveil_erase_class_info, shrinkage, 40);
WIDTH(recveil_erase_class_info, shrinkage, 8);

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
VALUE(RECVEIL_ERASE_DEFAULT_METHOD, 2);
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

SIZE(recveil_screen_accounts, 72);
AT(recveil_screen_accounts, struct_size, 0);
AT(recveil_screen_accounts, flags, 4);
AT(recveil_screen_accounts, count, 8);
AT(recveil_screen_accounts, users, 16);
AT(recveil_screen_accounts, offsets, 24);
AT(recveil_screen_accounts, items, 32);
AT(recveil_screen_accounts, ratings, 40);
AT(recveil_screen_accounts, arrivals, 48);
AT(recveil_screen_accounts, launched, 56);
AT(recveil_screen_accounts, n_launched, 64);
WIDTH(recveil_screen_accounts, n_launched, 8);

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
AT(recveil_screen_window_info, accounts, 16);
AT(recveil_screen_window_info, interactions, 24);
AT(recveil_screen_window_info, sampled_accounts, 32);
AT(recveil_screen_window_info, sampled_interactions, 40);
WIDTH(recveil_screen_window_info, sampled_interactions, 8);

SIZE(recveil_screen_training, 32);
AT(recveil_screen_training, struct_size, 0);
AT(recveil_screen_training, flags, 4);
AT(recveil_screen_training, ctx, 8);
AT(recveil_screen_training, progress, 16);
AT(recveil_screen_training, seed, 24);
WIDTH(recveil_screen_training, seed, 8);

SIZE(recveil_screen_result, 80);
AT(recveil_screen_result, struct_size, 0);
AT(recveil_screen_result, flags, 4);
AT(recveil_screen_result, verdicts, 8);
AT(recveil_screen_result, scores, 16);
AT(recveil_screen_result, reasons, 24);
AT(recveil_screen_result, accepted, 32);
AT(recveil_screen_result, n_accepted, 40);
AT(recveil_screen_result, n_quarantined, 48);
AT(recveil_screen_result, n_deferred, 56);
AT(recveil_screen_result, detector_version, 64);
AT(recveil_screen_result, enforced, 72);
AT(recveil_screen_result, reserved, 76);
WIDTH(recveil_screen_result, reserved, 4);

SIZE(recveil_screen_info, 72);
AT(recveil_screen_info, struct_size, 0);
AT(recveil_screen_info, enforced, 4);
AT(recveil_screen_info, detector_version, 8);
AT(recveil_screen_info, trained, 16);
AT(recveil_screen_info, training_accounts, 24);
AT(recveil_screen_info, support_vectors, 32);
AT(recveil_screen_info, training_seconds, 40);
AT(recveil_screen_info, batches, 48);
AT(recveil_screen_info, flagged, 56);
AT(recveil_screen_info, overturned, 64);
WIDTH(recveil_screen_info, overturned, 8);

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

SIZE(recveil_forget_kind, 1);

SIZE(recveil_forget_source, 1);

SIZE(recveil_forget_accepted, 1);

SIZE(recveil_forget_state, 1);

SIZE(recveil_forget_change_kind, 4);

SIZE(recveil_subject, 16);
AT(recveil_subject, bytes, 0);
WIDTH(recveil_subject, bytes, 16);

SIZE(recveil_forget_id, 16);
AT(recveil_forget_id, bytes, 0);
WIDTH(recveil_forget_id, bytes, 16);

SIZE(recveil_forget_options, 8);
AT(recveil_forget_options, struct_size, 0);
AT(recveil_forget_options, flags, 4);
WIDTH(recveil_forget_options, flags, 4);

SIZE(recveil_forget_request, 96);
AT(recveil_forget_request, struct_size, 0);
AT(recveil_forget_request, flags, 4);
AT(recveil_forget_request, id, 8);
AT(recveil_forget_request, kind, 24);
AT(recveil_forget_request, regulation, 25);
AT(recveil_forget_request, label_policy, 26);
AT(recveil_forget_request, source, 27);
AT(recveil_forget_request, n_attributes, 28);
AT(recveil_forget_request, attributes, 32);
AT(recveil_forget_request, subjects, 40);
AT(recveil_forget_request, n_subjects, 48);
AT(recveil_forget_request, users, 56);
AT(recveil_forget_request, n_users, 64);
AT(recveil_forget_request, received_at, 72);
AT(recveil_forget_request, due_at, 80);
AT(recveil_forget_request, policy, 88);
WIDTH(recveil_forget_request, policy, 8);

SIZE(recveil_forget_info, 80);
AT(recveil_forget_info, struct_size, 0);
AT(recveil_forget_info, flags, 4);
AT(recveil_forget_info, id, 8);
AT(recveil_forget_info, kind, 24);
AT(recveil_forget_info, state, 25);
AT(recveil_forget_info, regulation, 26);
AT(recveil_forget_info, label_policy, 27);
AT(recveil_forget_info, subjects, 28);
AT(recveil_forget_info, retries, 32);
AT(recveil_forget_info, n_attributes, 36);
AT(recveil_forget_info, number, 40);
AT(recveil_forget_info, received_at, 48);
AT(recveil_forget_info, due_at, 56);
AT(recveil_forget_info, updated_at, 64);
AT(recveil_forget_info, finished_at, 72);
WIDTH(recveil_forget_info, finished_at, 8);

SIZE(recveil_forget_table, 48);
AT(recveil_forget_table, struct_size, 0);
AT(recveil_forget_table, n_attributes, 4);
AT(recveil_forget_table, name, 8);
AT(recveil_forget_table, model_version, 16);
AT(recveil_forget_table, rows, 24);
AT(recveil_forget_table, subjects, 32);
AT(recveil_forget_table, attributes, 40);
WIDTH(recveil_forget_table, attributes, 8);

SIZE(recveil_forget_plan_rows, 64);
AT(recveil_forget_plan_rows, struct_size, 0);
AT(recveil_forget_plan_rows, flags, 4);
AT(recveil_forget_plan_rows, capacity, 8);
AT(recveil_forget_plan_rows, count, 16);
AT(recveil_forget_plan_rows, rows, 24);
AT(recveil_forget_plan_rows, actions, 32);
AT(recveil_forget_plan_rows, attributes, 40);
AT(recveil_forget_plan_rows, asked, 48);
AT(recveil_forget_plan_rows, unlisted, 56);
WIDTH(recveil_forget_plan_rows, unlisted, 8);

SIZE(recveil_forget_applied, 64);
AT(recveil_forget_applied, struct_size, 0);
AT(recveil_forget_applied, stale, 4);
AT(recveil_forget_applied, attempt, 8);
AT(recveil_forget_applied, mapped, 16);
AT(recveil_forget_applied, skipped, 24);
AT(recveil_forget_applied, no_class, 32);
AT(recveil_forget_applied, wrong_map, 40);
AT(recveil_forget_applied, resurrected, 48);
AT(recveil_forget_applied, shift, 56);
WIDTH(recveil_forget_applied, shift, 8);

SIZE(recveil_forget_acked, 56);
AT(recveil_forget_acked, struct_size, 0);
AT(recveil_forget_acked, flags, 4);
AT(recveil_forget_acked, confirmed, 8);
AT(recveil_forget_acked, unwritten, 16);
AT(recveil_forget_acked, resurrected, 24);
AT(recveil_forget_acked, unknown, 32);
AT(recveil_forget_acked, left, 40);
AT(recveil_forget_acked, verifying, 48);
WIDTH(recveil_forget_acked, verifying, 8);

SIZE(recveil_forget_facts, 24);
AT(recveil_forget_facts, struct_size, 0);
AT(recveil_forget_facts, method, 4);
AT(recveil_forget_facts, rebuilt, 8);
AT(recveil_forget_facts, n_not_touched, 12);
AT(recveil_forget_facts, not_touched, 16);
WIDTH(recveil_forget_facts, not_touched, 8);

SIZE(recveil_forget_report, 192);
AT(recveil_forget_report, struct_size, 0);
AT(recveil_forget_report, flags, 4);
AT(recveil_forget_report, entries, 8);
AT(recveil_forget_report, purged, 16);
AT(recveil_forget_report, head_seq, 24);
AT(recveil_forget_report, head_hash, 32);
AT(recveil_forget_report, in_state, 64);
AT(recveil_forget_report, overdue, 144);
AT(recveil_forget_report, oldest_open_at, 152);
AT(recveil_forget_report, next_due_at, 160);
AT(recveil_forget_report, tombstones, 168);
AT(recveil_forget_report, resurrected, 176);
AT(recveil_forget_report, file_bytes, 184);
WIDTH(recveil_forget_report, file_bytes, 8);

VALUE(RECVEIL_FORGET_READ_ONLY, 1);
VALUE(RECVEIL_FORGET_NO_CREATE, 2);
VALUE(RECVEIL_FORGET_NO_VERIFY, 4);
VALUE(RECVEIL_FORGET_ERASE, 1);
VALUE(RECVEIL_FORGET_ATTRIBUTE, 2);
VALUE(RECVEIL_FORGET_RECTIFY, 3);
VALUE(RECVEIL_FORGET_OBJECT, 4);
VALUE(RECVEIL_FORGET_FROM_API, 0);
VALUE(RECVEIL_FORGET_FROM_WEBHOOK, 1);
VALUE(RECVEIL_FORGET_FROM_BATCH, 2);
VALUE(RECVEIL_FORGET_ACCEPTED, 1);
VALUE(RECVEIL_FORGET_ALREADY, 2);
VALUE(RECVEIL_FORGET_CONFLICT, 3);
VALUE(RECVEIL_FORGET_RECEIVED, 1);
VALUE(RECVEIL_FORGET_HELD, 2);
VALUE(RECVEIL_FORGET_APPLYING, 3);
VALUE(RECVEIL_FORGET_VERIFYING, 4);
VALUE(RECVEIL_FORGET_PUBLISHING, 5);
VALUE(RECVEIL_FORGET_COMPLETED, 6);
VALUE(RECVEIL_FORGET_REJECTED, 7);
VALUE(RECVEIL_FORGET_CANCELLED, 8);
VALUE(RECVEIL_FORGET_NOOP, 9);
VALUE(RECVEIL_FORGET_FAILED, 10);
VALUE(RECVEIL_FORGET_HOLD, 1);
VALUE(RECVEIL_FORGET_RELEASE, 2);
VALUE(RECVEIL_FORGET_CANCEL, 3);
VALUE(RECVEIL_FORGET_REJECT, 4);
VALUE(RECVEIL_FORGET_NOBODY, 5);
VALUE(RECVEIL_FORGET_FAIL, 6);
VALUE(RECVEIL_FORGET_RETRY, 7);
