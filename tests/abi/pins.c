/* The layout of every struct and the value of every constant, as released, for LP64. A change here
   is a change of the ABI. Nothing is left to run: a wrong pin does not compile. */
#include "recveil/recveil.h"

_Static_assert(sizeof(void *) == 8 && sizeof(long) == 8 && sizeof(size_t) == 8, "LP64");

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
#define WIDTH(type, field, size) \
  _Static_assert(sizeof(((type *)0)->field) == (size), #type "." #field)
#define VALUE(name, value) _Static_assert((name) == (value), #name)

SIZE(recveil_status, 4);
_Static_assert((recveil_status)-1 < 0, "recveil_status is signed");
SIZE(recveil_user, 8);
SIZE(recveil_user_set, 4);
SIZE(recveil_set_change, 4);
SIZE(recveil_membership, 1);
SIZE(recveil_path, 1);
SIZE(recveil_reason, 1);
SIZE(recveil_origin, 1);
SIZE(recveil_fold_kind, 4);

SIZE(recveil_engine_options, 40);
AT(recveil_engine_options, struct_size, 0);
AT(recveil_engine_options, flags, 4);
AT(recveil_engine_options, ctx, 8);
AT(recveil_engine_options, log, 16);
AT(recveil_engine_options, now, 24);
AT(recveil_engine_options, release, 32);

SIZE(recveil_engine_info, 80);
AT(recveil_engine_info, struct_size, 0);
AT(recveil_engine_info, flags, 4);
AT(recveil_engine_info, pool_version, 8);
AT(recveil_engine_info, pool_items, 16);
AT(recveil_engine_info, pool_wanted, 24);
AT(recveil_engine_info, members, 32);
AT(recveil_engine_info, quarantined, 40);
AT(recveil_engine_info, erased, 48);
AT(recveil_engine_info, state_version, 56);
AT(recveil_engine_info, config_loads, 64);
AT(recveil_engine_info, epoch, 72);
AT(recveil_engine_info, list_length, 76);
WIDTH(recveil_engine_info, list_length, 4);

SIZE(recveil_popularity, 32);
AT(recveil_popularity, struct_size, 0);
AT(recveil_popularity, flags, 4);
AT(recveil_popularity, counts, 8);
AT(recveil_popularity, items, 16);
AT(recveil_popularity, count, 24);
WIDTH(recveil_popularity, count, 8);

SIZE(recveil_request, 56);
AT(recveil_request, struct_size, 0);
AT(recveil_request, flags, 4);
AT(recveil_request, user, 8);
AT(recveil_request, membership, 16);
AT(recveil_request, reserved, 17);
WIDTH(recveil_request, reserved, 3);
AT(recveil_request, history_len, 20);
AT(recveil_request, epoch, 24);
AT(recveil_request, reserved2, 28);
AT(recveil_request, pool_version, 32);
AT(recveil_request, model_version, 40);
AT(recveil_request, person, 48);

SIZE(recveil_decision, 40);
AT(recveil_decision, struct_size, 0);
AT(recveil_decision, flags, 4);
AT(recveil_decision, user, 8);
AT(recveil_decision, path, 16);
AT(recveil_decision, reason, 17);
AT(recveil_decision, fold, 18);
WIDTH(recveil_decision, fold, 2);
AT(recveil_decision, epoch, 20);
AT(recveil_decision, model_version, 24);
AT(recveil_decision, pool_version, 32);

SIZE(recveil_page, 32);
AT(recveil_page, struct_size, 0);
AT(recveil_page, flags, 4);
AT(recveil_page, n_host, 8);
AT(recveil_page, offset, 12);
AT(recveil_page, k, 16);
AT(recveil_page, n_seen, 20);
AT(recveil_page, seen, 24);

SIZE(recveil_slate, 32);
AT(recveil_slate, struct_size, 0);
AT(recveil_slate, count, 4);
AT(recveil_slate, positions, 8);
AT(recveil_slate, origins, 16);
AT(recveil_slate, pool_version, 24);

SIZE(recveil_batch, 152);
AT(recveil_batch, struct_size, 0);
AT(recveil_batch, flags, 4);
AT(recveil_batch, count, 8);
AT(recveil_batch, users, 16);
AT(recveil_batch, membership, 24);
AT(recveil_batch, history_len, 32);
AT(recveil_batch, epoch, 40);
AT(recveil_batch, offset, 44);
AT(recveil_batch, k, 48);
AT(recveil_batch, reserved, 52);
AT(recveil_batch, pool_version, 56);
AT(recveil_batch, paths, 64);
AT(recveil_batch, reasons, 72);
AT(recveil_batch, n_host, 80);
AT(recveil_batch, seen_offsets, 88);
AT(recveil_batch, seen, 96);
AT(recveil_batch, counts, 104);
AT(recveil_batch, positions, 112);
AT(recveil_batch, origins, 120);
AT(recveil_batch, model_version, 128);
AT(recveil_batch, persons, 136);
AT(recveil_batch, folds, 144);

SIZE(recveil_fold_model, 144);
AT(recveil_fold_model, struct_size, 0);
AT(recveil_fold_model, flags, 4);
AT(recveil_fold_model, kind, 8);
AT(recveil_fold_model, d, 12);
AT(recveil_fold_model, n_items, 16);
AT(recveil_fold_model, support, 24);
AT(recveil_fold_model, item_factors, 32);
AT(recveil_fold_model, row_stride, 40);
AT(recveil_fold_model, observed_weight, 48);
AT(recveil_fold_model, unobserved_weight, 56);
AT(recveil_fold_model, regularization, 64);
AT(recveil_fold_model, regularization_exponent, 72);
AT(recveil_fold_model, catalogue, 80);
AT(recveil_fold_model, n_samples, 88);
AT(recveil_fold_model, sample_offsets, 96);
AT(recveil_fold_model, sample_items, 104);
AT(recveil_fold_model, sample_rows, 112);
AT(recveil_fold_model, weight_offsets, 120);
AT(recveil_fold_model, weight_items, 128);
AT(recveil_fold_model, weights, 136);

SIZE(recveil_folds, 48);
AT(recveil_folds, struct_size, 0);
AT(recveil_folds, flags, 4);
AT(recveil_folds, n_folds, 8);
AT(recveil_folds, reserved, 12);
AT(recveil_folds, version, 16);
AT(recveil_folds, models, 24);
AT(recveil_folds, ctx, 32);
AT(recveil_folds, release, 40);

SIZE(recveil_audit_population, 64);
AT(recveil_audit_population, struct_size, 0);
AT(recveil_audit_population, flags, 4);
AT(recveil_audit_population, n_users, 8);
AT(recveil_audit_population, n_items, 16);
AT(recveil_audit_population, history_offsets, 24);
AT(recveil_audit_population, history_items, 32);
AT(recveil_audit_population, list_offsets, 40);
AT(recveil_audit_population, list_items, 48);
AT(recveil_audit_population, members, 56);

SIZE(recveil_audit_embeddings, 136);
AT(recveil_audit_embeddings, struct_size, 0);
AT(recveil_audit_embeddings, flags, 4);
AT(recveil_audit_embeddings, n_rows, 8);
AT(recveil_audit_embeddings, dimension, 16);
AT(recveil_audit_embeddings, row_stride, 24);
AT(recveil_audit_embeddings, before, 32);
AT(recveil_audit_embeddings, after, 40);
AT(recveil_audit_embeddings, requesters, 48);
AT(recveil_audit_embeddings, n_attributes, 56);
AT(recveil_audit_embeddings, n_classes, 64);
AT(recveil_audit_embeddings, names, 72);
AT(recveil_audit_embeddings, classes, 80);
AT(recveil_audit_embeddings, n_items, 88);
AT(recveil_audit_embeddings, before_offsets, 96);
AT(recveil_audit_embeddings, before_items, 104);
AT(recveil_audit_embeddings, after_offsets, 112);
AT(recveil_audit_embeddings, after_items, 120);
AT(recveil_audit_embeddings, margin, 128);

SIZE(recveil_audit_options, 56);
AT(recveil_audit_options, struct_size, 0);
AT(recveil_audit_options, flags, 4);
AT(recveil_audit_options, threads, 8);
AT(recveil_audit_options, reserved, 12);
AT(recveil_audit_options, ctx, 16);
AT(recveil_audit_options, progress, 24);
AT(recveil_audit_options, seeds, 32);
AT(recveil_audit_options, first_seed, 36);
AT(recveil_audit_options, auxiliary, 40);
AT(recveil_audit_options, engine, 48);

SIZE(recveil_attack, 1);
SIZE(recveil_adversary, 1);
SIZE(recveil_verdict, 1);

SIZE(recveil_audit_result, 144);
AT(recveil_audit_result, struct_size, 0);
AT(recveil_audit_result, flags, 4);
AT(recveil_audit_result, attack, 8);
AT(recveil_audit_result, adversary, 9);
AT(recveil_audit_result, verdict, 10);
AT(recveil_audit_result, defended, 11);
AT(recveil_audit_result, positive_control, 12);
AT(recveil_audit_result, negative_control, 13);
AT(recveil_audit_result, reserved, 14);
AT(recveil_audit_result, members, 16);
AT(recveil_audit_result, non_members, 24);
AT(recveil_audit_result, auc, 32);
AT(recveil_audit_result, auc_lo, 40);
AT(recveil_audit_result, auc_hi, 48);
AT(recveil_audit_result, blind_auc, 56);
AT(recveil_audit_result, tpr_01, 64);
AT(recveil_audit_result, tpr_01_lo, 72);
AT(recveil_audit_result, tpr_01_hi, 80);
AT(recveil_audit_result, limit, 88);
AT(recveil_audit_result, ndcg10_members, 96);
AT(recveil_audit_result, ndcg10_non_members, 104);
AT(recveil_audit_result, finished, 112);
AT(recveil_audit_result, seconds, 120);
AT(recveil_audit_result, precision, 128);
AT(recveil_audit_result, recall, 136);
WIDTH(recveil_audit_result, reserved, 2);
WIDTH(recveil_audit_result, recall, 8);

VALUE(RECVEIL_ABI_MAJOR, 0);
VALUE(RECVEIL_OK, 0);
VALUE(RECVEIL_E_INTERNAL, -1);
VALUE(RECVEIL_E_ARGUMENT, -2);
VALUE(RECVEIL_E_NOMEM, -3);
VALUE(RECVEIL_E_CONFIG, -4);
VALUE(RECVEIL_E_VERSION, -5);
VALUE(RECVEIL_E_UNSUPPORTED, -6);
VALUE(RECVEIL_E_BUFFER, -7);
VALUE(RECVEIL_E_STATE, -8);
VALUE(RECVEIL_E_IO, -9);
VALUE(RECVEIL_E_HOST, -10);
VALUE(RECVEIL_E_NOT_FOUND, -11);
VALUE(RECVEIL_E_CANCELLED, -12);
VALUE(RECVEIL_E_DATA, -13);
VALUE(RECVEIL_LOG_ERROR, 1);
VALUE(RECVEIL_LOG_WARNING, 2);
VALUE(RECVEIL_LOG_INFO, 3);
VALUE(RECVEIL_INFO_POOL_TOO_SMALL, 1);
VALUE(RECVEIL_INFO_POOL_STALE, 2);
VALUE(RECVEIL_INFO_NO_POOL, 4);
VALUE(RECVEIL_INFO_NO_MEMBERS, 8);
VALUE(RECVEIL_INFO_DRY_RUN, 16);
VALUE(RECVEIL_INFO_NO_FOLDS, 32);
VALUE(RECVEIL_USERS_MEMBERS, 1);
VALUE(RECVEIL_USERS_QUARANTINED, 2);
VALUE(RECVEIL_USERS_ERASED, 3);
VALUE(RECVEIL_SET_REPLACE, 1);
VALUE(RECVEIL_SET_ADD, 2);
VALUE(RECVEIL_SET_REMOVE, 3);
VALUE(RECVEIL_MEMBERSHIP_ASK, 0);
VALUE(RECVEIL_MEMBERSHIP_MEMBER, 1);
VALUE(RECVEIL_MEMBERSHIP_NONMEMBER, 2);
VALUE(RECVEIL_PATH_REFUSE, 0);
VALUE(RECVEIL_PATH_HOST, 1);
VALUE(RECVEIL_PATH_POOL, 2);
VALUE(RECVEIL_PATH_FOLD, 3);
VALUE(RECVEIL_REASON_NONE, 0);
VALUE(RECVEIL_REASON_MEMBER, 1);
VALUE(RECVEIL_REASON_NONMEMBER, 2);
VALUE(RECVEIL_REASON_QUARANTINED, 3);
VALUE(RECVEIL_REASON_ERASED, 4);
VALUE(RECVEIL_REASON_DRY_RUN, 5);
VALUE(RECVEIL_REASON_NO_POOL, 6);
VALUE(RECVEIL_REASON_STALE_POOL, 7);
VALUE(RECVEIL_REASON_NO_MEMBERS, 8);
VALUE(RECVEIL_REASON_NO_FOLDS, 9);
VALUE(RECVEIL_REASON_CROSS_FIT, 10);
VALUE(RECVEIL_REASON_NO_HISTORY, 11);
VALUE(RECVEIL_FOLD_FACTORS, 1);
VALUE(RECVEIL_FOLD_ITEM_ITEM, 2);
VALUE(RECVEIL_ORIGIN_HOST, 1);
VALUE(RECVEIL_ORIGIN_POOL, 2);
VALUE(RECVEIL_ATTACK_MEMBERSHIP, 1);
VALUE(RECVEIL_ATTACK_INVERSION, 2);
VALUE(RECVEIL_ATTACK_ATTRIBUTE, 3);
VALUE(RECVEIL_ATTACK_SCREENING, 4);
VALUE(RECVEIL_ADVERSARY_NAIVE, 1);
VALUE(RECVEIL_ADVERSARY_ADAPTIVE, 2);
VALUE(RECVEIL_ADVERSARY_SYBIL, 3);
VALUE(RECVEIL_VERDICT_LEAK, 1);
VALUE(RECVEIL_VERDICT_NO_LEAK_FOUND, 2);
VALUE(RECVEIL_VERDICT_INCONCLUSIVE, 3);
VALUE(RECVEIL_VERDICT_ERROR, 4);

int main(void) {
  return 0;
}
