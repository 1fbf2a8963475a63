/* Pins of the forget loop and of what it takes from an audit: see pins.c. */
#include "pins.h"

/* forget_request.h */
SIZE(recveil_forget_kind, 4);
SIZE(recveil_regulation, 4);
SIZE(recveil_label_policy, 4);
SIZE(recveil_forget_source, 4);

SIZE(recveil_subject, 16);
AT(recveil_subject, bytes, 0);
WIDTH(recveil_subject, bytes, 16);

SIZE(recveil_forget_id, 16);
AT(recveil_forget_id, bytes, 0);
WIDTH(recveil_forget_id, bytes, 16);

SIZE(recveil_forget_request, 112);
AT(recveil_forget_request, struct_size, 0);
AT(recveil_forget_request, flags, 4);
AT(recveil_forget_request, id, 8);
AT(recveil_forget_request, kind, 24);
AT(recveil_forget_request, regulation, 28);
AT(recveil_forget_request, label_policy, 32);
AT(recveil_forget_request, source, 36);
AT(recveil_forget_request, received_at, 40);
AT(recveil_forget_request, due_at, 48);
AT(recveil_forget_request, n_subjects, 56);
AT(recveil_forget_request, subjects, 64);
AT(recveil_forget_request, n_users, 72);
AT(recveil_forget_request, users, 80);
AT(recveil_forget_request, n_attributes, 88);
AT(recveil_forget_request, attributes, 96);
AT(recveil_forget_request, policy, 104);
WIDTH(recveil_forget_request, policy, 8);

VALUE(RECVEIL_FORGET_ERASE, 1);
VALUE(RECVEIL_FORGET_ATTRIBUTE, 2);
VALUE(RECVEIL_FORGET_RECTIFY, 3);
VALUE(RECVEIL_FORGET_OBJECT, 4);
VALUE(RECVEIL_REGULATION_GDPR, 1);
VALUE(RECVEIL_REGULATION_CCPA, 2);
VALUE(RECVEIL_REGULATION_OTHER, 3);
VALUE(RECVEIL_LABELS_LEACE, 1);
VALUE(RECVEIL_LABELS_SEALED, 2);
VALUE(RECVEIL_LABELS_HOST, 3);
VALUE(RECVEIL_FORGET_FROM_API, 1);
VALUE(RECVEIL_FORGET_FROM_WEBHOOK, 2);
VALUE(RECVEIL_FORGET_FROM_BATCH, 3);

/* forget.h */
SIZE(recveil_forget_accepted, 1);
SIZE(recveil_row_action, 1);

SIZE(recveil_forget_options, 8);
AT(recveil_forget_options, struct_size, 0);
AT(recveil_forget_options, flags, 4);
WIDTH(recveil_forget_options, flags, 4);

SIZE(recveil_forget_table, 64);
AT(recveil_forget_table, struct_size, 0);
AT(recveil_forget_table, flags, 4);
AT(recveil_forget_table, name, 8);
AT(recveil_forget_table, model_version, 16);
AT(recveil_forget_table, rows, 24);
AT(recveil_forget_table, subjects, 32);
AT(recveil_forget_table, n_attributes, 40);
AT(recveil_forget_table, attributes, 48);
AT(recveil_forget_table, users, 56);
WIDTH(recveil_forget_table, users, 8);

SIZE(recveil_forget_plan_rows, 64);
AT(recveil_forget_plan_rows, struct_size, 0);
AT(recveil_forget_plan_rows, flags, 4);
AT(recveil_forget_plan_rows, capacity, 8);
AT(recveil_forget_plan_rows, n_rows, 16);
AT(recveil_forget_plan_rows, n_unlisted, 24);
AT(recveil_forget_plan_rows, rows, 32);
AT(recveil_forget_plan_rows, actions, 40);
AT(recveil_forget_plan_rows, attributes, 48);
AT(recveil_forget_plan_rows, asked, 56);
WIDTH(recveil_forget_plan_rows, asked, 8);

SIZE(recveil_forget_applied, 64);
AT(recveil_forget_applied, struct_size, 0);
AT(recveil_forget_applied, stale, 4);
AT(recveil_forget_applied, attempt, 8);
AT(recveil_forget_applied, n_mapped, 16);
AT(recveil_forget_applied, n_skipped, 24);
AT(recveil_forget_applied, n_no_class, 32);
AT(recveil_forget_applied, n_wrong_map, 40);
AT(recveil_forget_applied, n_resurrected, 48);
AT(recveil_forget_applied, shift, 56);
WIDTH(recveil_forget_applied, shift, 8);

SIZE(recveil_forget_acked, 56);
AT(recveil_forget_acked, struct_size, 0);
AT(recveil_forget_acked, flags, 4);
AT(recveil_forget_acked, n_confirmed, 8);
AT(recveil_forget_acked, n_unwritten, 16);
AT(recveil_forget_acked, n_resurrected, 24);
AT(recveil_forget_acked, n_unknown, 32);
AT(recveil_forget_acked, n_left, 40);
AT(recveil_forget_acked, n_verifying, 48);
WIDTH(recveil_forget_acked, n_verifying, 8);

SIZE(recveil_forget_table_facts, 16);
AT(recveil_forget_table_facts, table, 0);
AT(recveil_forget_table_facts, rebuilt, 8);
AT(recveil_forget_table_facts, index, 12);
WIDTH(recveil_forget_table_facts, index, 4);

SIZE(recveil_forget_facts, 40);
AT(recveil_forget_facts, struct_size, 0);
AT(recveil_forget_facts, method, 4);
AT(recveil_forget_facts, n_tables, 8);
AT(recveil_forget_facts, tables, 16);
AT(recveil_forget_facts, n_not_touched, 24);
AT(recveil_forget_facts, not_touched, 32);
WIDTH(recveil_forget_facts, not_touched, 8);

VALUE(RECVEIL_FORGET_READ_ONLY, 1);
VALUE(RECVEIL_FORGET_NO_CREATE, 2);
VALUE(RECVEIL_FORGET_NO_VERIFY, 4);
VALUE(RECVEIL_FORGET_ACCEPTED, 1);
VALUE(RECVEIL_FORGET_ALREADY, 2);
VALUE(RECVEIL_FORGET_CONFLICT, 3);
VALUE(RECVEIL_ROW_SKIP, 1);
VALUE(RECVEIL_ROW_MAP, 2);
VALUE(RECVEIL_ROW_RESURRECTED, 3);

/* forget_admin.h */
SIZE(recveil_forget_state, 4);
SIZE(recveil_forget_change_kind, 4);

SIZE(recveil_forget_info, 3200);
AT(recveil_forget_info, struct_size, 0);
AT(recveil_forget_info, flags, 4);
AT(recveil_forget_info, id, 8);
AT(recveil_forget_info, kind, 24);
AT(recveil_forget_info, state, 28);
AT(recveil_forget_info, regulation, 32);
AT(recveil_forget_info, label_policy, 36);
AT(recveil_forget_info, number, 40);
AT(recveil_forget_info, received_at, 48);
AT(recveil_forget_info, due_at, 56);
AT(recveil_forget_info, updated_at, 64);
AT(recveil_forget_info, finished_at, 72);
AT(recveil_forget_info, n_subjects, 80);
AT(recveil_forget_info, n_retries, 84);
AT(recveil_forget_info, n_attributes, 88);
AT(recveil_forget_info, attributes, 92);
AT(recveil_forget_info, reason, 2172);
WIDTH(recveil_forget_info, reason, 1028);

SIZE(recveil_forget_report, 192);
AT(recveil_forget_report, struct_size, 0);
AT(recveil_forget_report, flags, 4);
AT(recveil_forget_report, n_entries, 8);
AT(recveil_forget_report, n_purged, 16);
AT(recveil_forget_report, head_seq, 24);
AT(recveil_forget_report, head_hash, 32);
AT(recveil_forget_report, n_in_state, 64);
AT(recveil_forget_report, n_overdue, 144);
AT(recveil_forget_report, oldest_open_at, 152);
AT(recveil_forget_report, next_due_at, 160);
AT(recveil_forget_report, n_standing, 168);
AT(recveil_forget_report, n_resurrected, 176);
AT(recveil_forget_report, file_bytes, 184);
WIDTH(recveil_forget_report, file_bytes, 8);

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
VALUE(RECVEIL_OWES_ERASE, 1);
VALUE(RECVEIL_OWES_ATTRIBUTE, 2);
VALUE(RECVEIL_OWES_RECTIFY, 4);
VALUE(RECVEIL_OWES_OBJECT, 8);

/* audit.h */
SIZE(recveil_attack_source, 4);
SIZE(recveil_attack_protocol, 4);

SIZE(recveil_attribute_score, 96);
AT(recveil_attribute_score, attribute, 0);
AT(recveil_attribute_score, source, 4);
AT(recveil_attribute_score, protocol, 8);
AT(recveil_attribute_score, reserved, 12);
AT(recveil_attribute_score, attacker, 16);
AT(recveil_attribute_score, auc, 48);
AT(recveil_attribute_score, auc_lo, 56);
AT(recveil_attribute_score, auc_hi, 64);
AT(recveil_attribute_score, before, 72);
AT(recveil_attribute_score, before_lo, 80);
AT(recveil_attribute_score, before_hi, 88);
WIDTH(recveil_attribute_score, before_hi, 8);

SIZE(recveil_attribute_evidence, 72);
AT(recveil_attribute_evidence, struct_size, 0);
AT(recveil_attribute_evidence, flags, 4);
AT(recveil_attribute_evidence, model_version, 8);
AT(recveil_attribute_evidence, verdict, 16);
AT(recveil_attribute_evidence, n_requesters, 24);
AT(recveil_attribute_evidence, n_attributes, 32);
AT(recveil_attribute_evidence, attributes, 40);
AT(recveil_attribute_evidence, capacity, 48);
AT(recveil_attribute_evidence, n_scores, 56);
AT(recveil_attribute_evidence, scores, 64);
WIDTH(recveil_attribute_evidence, scores, 8);

VALUE(RECVEIL_SOURCE_EMBEDDING, 1);
VALUE(RECVEIL_SOURCE_LIST, 2);
VALUE(RECVEIL_SOURCE_ROW_HISTORY, 3);
VALUE(RECVEIL_SOURCE_LIST_HISTORY, 4);
VALUE(RECVEIL_SOURCE_TWO_VERSIONS, 5);
VALUE(RECVEIL_SOURCE_OUTSIDE, 6);
VALUE(RECVEIL_PROTOCOL_TRANSFER, 1);
VALUE(RECVEIL_PROTOCOL_ADAPTIVE, 2);
VALUE(RECVEIL_SCORES_PER_ATTRIBUTE, 64);
VALUE(RECVEIL_EVIDENCE_ADMIT_LEAK, 1);
