"""Structs and callbacks of the C interface of Recveil; see recveil.abi.

Made from include/recveil by adapters/python/tools/gen_abi.py; do not edit.
"""
import ctypes as c
from typing import Any, Dict


def _address(value: Any) -> Any:
    """The address of an array, or what was given if it is not one."""
    if hasattr(value, "__array_interface__"):
        return value.__array_interface__["data"][0]
    return c.addressof(value) if isinstance(value, c.Array) else value


class _Struct(c.Structure):
    _defaults_: Dict[str, float] = {}

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        if self._fields_[0][0] == "struct_size":
            self.struct_size = c.sizeof(self)
        for name, value in {**self._defaults_, **fields}.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        kind = _KINDS[type(self)].get(name)
        if kind is None:
            raise AttributeError(f"{type(self).__name__} has no field {name}")
        self.__dict__[name] = value  # kept alive; reads go to the field
        if kind is c.c_void_p:
            value = _address(value)
        elif isinstance(value, c.Structure) and not isinstance(value, kind):
            value = c.pointer(value)
        super().__setattr__(name, value)


class _Kinds(Dict[Any, Dict[str, Any]]):
    """The kind of each field of a struct, looked up once."""

    def __missing__(self, struct: Any) -> Dict[str, Any]:
        self[struct] = {field[0]: field[1] for field in struct._fields_}
        return self[struct]


_KINDS = _Kinds()


recveil_write_fn = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_void_p, c.c_size_t)


recveil_progress_fn = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_double, c.c_char_p)


class recveil_progress(_Struct):
    _fields_ = [
        ("fn", recveil_progress_fn), ("ctx", c.c_void_p), ("cancel", c.c_void_p)]


recveil_log_fn = c.CFUNCTYPE(None, c.c_void_p, c.c_uint32, c.c_char_p)


recveil_now_fn = c.CFUNCTYPE(c.c_uint64, c.c_void_p)


class recveil_engine_options(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("ctx", c.c_void_p),
        ("log", recveil_log_fn), ("now", recveil_now_fn),
        ("release", c.CFUNCTYPE(None, c.c_void_p))]


class recveil_engine_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_config_loads", c.c_uint64),
        ("state_version", c.c_uint64), ("epoch", c.c_uint32), ("list_length", c.c_uint32),
        ("n_members", c.c_uint64), ("n_quarantined", c.c_uint64), ("n_erased", c.c_uint64),
        ("pool_version", c.c_uint64), ("n_pool_items", c.c_uint64), ("n_pool_wanted", c.c_uint64),
        ("model_version", c.c_uint64), ("older_model_version", c.c_uint64),
        ("n_borrowed_bytes", c.c_uint64), ("n_own_bytes", c.c_uint64)]


class recveil_audit_result(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("attack", c.c_uint32),
        ("adversary", c.c_uint32), ("verdict", c.c_uint32), ("defended", c.c_uint32),
        ("positive_control", c.c_uint32), ("negative_control", c.c_uint32),
        ("n_members", c.c_uint64), ("n_non_members", c.c_uint64), ("auc", c.c_double),
        ("auc_lo", c.c_double), ("auc_hi", c.c_double), ("blind_auc", c.c_double),
        ("tpr_01", c.c_double), ("tpr_01_lo", c.c_double), ("tpr_01_hi", c.c_double),
        ("limit", c.c_double), ("ndcg10_members", c.c_double), ("ndcg10_non_members", c.c_double),
        ("finished_at", c.c_uint64), ("seconds", c.c_double), ("precision", c.c_double),
        ("recall", c.c_double), ("balanced_accuracy", c.c_double)]
    _defaults_ = {'auc': -1, 'auc_lo': -1, 'auc_hi': -1, 'blind_auc': -1, 'tpr_01': -1, 'tpr_01_lo': -1, 'tpr_01_hi': -1, 'limit': 0.55, 'ndcg10_members': -1, 'ndcg10_non_members': -1, 'precision': -1, 'recall': -1, 'balanced_accuracy': -1}


class recveil_audit_population(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_users", c.c_size_t),
        ("n_items", c.c_size_t), ("history_offsets", c.c_void_p), ("history_items", c.c_void_p),
        ("list_offsets", c.c_void_p), ("list_items", c.c_void_p), ("members", c.c_void_p)]


class recveil_audit_options(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_threads", c.c_uint32),
        ("n_seeds", c.c_uint32), ("first_seed", c.c_uint32), ("reserved", c.c_uint32),
        ("progress", recveil_progress), ("auxiliary", c.POINTER(recveil_audit_population)),
        ("engine", c.c_void_p)]


class recveil_audit_embeddings(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_rows", c.c_size_t),
        ("dimension", c.c_size_t), ("row_stride", c.c_size_t), ("before", c.c_void_p),
        ("after", c.c_void_p), ("requesters", c.c_void_p), ("n_attributes", c.c_size_t),
        ("n_classes", c.c_void_p), ("names", c.c_void_p), ("classes", c.c_void_p),
        ("n_items", c.c_size_t), ("before_offsets", c.c_void_p), ("before_items", c.c_void_p),
        ("after_offsets", c.c_void_p), ("after_items", c.c_void_p), ("margin", c.c_double)]


class recveil_attribute_score(_Struct):
    _fields_ = [
        ("attribute", c.c_uint32), ("source", c.c_uint32), ("protocol", c.c_uint32),
        ("reserved", c.c_uint32), ("attacker", c.c_char * 32), ("auc", c.c_double),
        ("auc_lo", c.c_double), ("auc_hi", c.c_double), ("before", c.c_double),
        ("before_lo", c.c_double), ("before_hi", c.c_double)]


class recveil_attribute_evidence(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("model_version", c.c_uint64),
        ("verdict", c.c_uint32), ("n_requesters", c.c_uint64), ("n_attributes", c.c_size_t),
        ("attributes", c.c_void_p), ("capacity", c.c_size_t), ("n_scores", c.c_size_t),
        ("scores", c.POINTER(recveil_attribute_score))]


class recveil_column(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("kind", c.c_uint32), ("name", c.c_char_p),
        ("n_rows", c.c_size_t), ("codes", c.c_void_p), ("n_distinct", c.c_size_t),
        ("offsets", c.c_void_p), ("bytes", c.c_char_p), ("integers", c.c_void_p),
        ("reals", c.c_void_p)]


class recveil_matrix(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("data", c.c_void_p),
        ("n_rows", c.c_size_t), ("n_cols", c.c_size_t), ("row_stride", c.c_size_t),
        ("frozen_tail_cols", c.c_size_t), ("dtype", c.c_uint32), ("reserved", c.c_uint32)]
    _defaults_ = {'dtype': 1}


class recveil_erase_options(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("method", c.c_uint32),
        ("n_attributes", c.c_uint32), ("n_classes", c.c_void_p), ("names", c.c_void_p),
        ("seed", c.c_uint64), ("min_class_rows", c.c_double), ("n_sweeps", c.c_uint32),
        ("n_code", c.c_uint32), ("progress", recveil_progress)]
    _defaults_ = {'method': 4, 'n_attributes': 1, 'seed': 1}


class recveil_erase_map_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("method", c.c_uint32),
        ("d", c.c_uint32), ("n_attributes", c.c_uint32), ("n_cells", c.c_uint32),
        ("n_shared", c.c_uint64), ("moved", c.c_double), ("id", c.c_uint8 * 32)]


class recveil_erase_class_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("status", c.c_uint32), ("attribute", c.c_char_p),
        ("n_classes", c.c_uint32), ("flags", c.c_uint32), ("n_rows", c.c_uint64),
        ("mean_strength", c.c_double), ("shrinkage", c.c_double), ("separation", c.c_double)]


class recveil_erase_result(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("stale", c.c_uint32), ("n_done", c.c_uint64),
        ("n_mapped", c.c_uint64), ("n_unknown", c.c_uint64)]


class recveil_erase_stats_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("d", c.c_uint32),
        ("n_classes", c.c_uint32), ("n_rows", c.c_uint64)]


class recveil_popularity(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("counts", c.c_void_p),
        ("items", c.c_void_p), ("n_items", c.c_size_t)]


class recveil_request(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
        ("person", c.c_uint64), ("membership", c.c_uint32), ("n_history", c.c_uint32),
        ("pool_version", c.c_uint64), ("model_version", c.c_uint64), ("epoch", c.c_uint32),
        ("reserved", c.c_uint32)]
    _defaults_ = {'membership': 1}


class recveil_decision(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
        ("path", c.c_uint32), ("reason", c.c_uint32), ("pool_version", c.c_uint64),
        ("model_version", c.c_uint64), ("epoch", c.c_uint32), ("fold", c.c_uint16),
        ("reserved", c.c_uint16)]


class recveil_page(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_host", c.c_uint32),
        ("offset", c.c_uint32), ("k", c.c_uint32), ("n_seen", c.c_uint32), ("seen", c.c_void_p)]


class recveil_slate(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("n_filled", c.c_uint32), ("positions", c.c_void_p),
        ("origins", c.c_void_p), ("pool_version", c.c_uint64)]


class recveil_batch(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_users", c.c_size_t),
        ("users", c.c_void_p), ("persons", c.c_void_p), ("membership", c.c_void_p),
        ("n_history", c.c_void_p), ("pool_version", c.c_uint64), ("model_version", c.c_uint64),
        ("epoch", c.c_uint32), ("offset", c.c_uint32), ("k", c.c_uint32), ("reserved", c.c_uint32),
        ("paths", c.c_void_p), ("reasons", c.c_void_p), ("folds", c.c_void_p),
        ("n_host", c.c_void_p), ("seen_offsets", c.c_void_p), ("seen", c.c_void_p),
        ("n_filled", c.c_void_p), ("positions", c.c_void_p), ("origins", c.c_void_p)]


class recveil_fold_model(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("kind", c.c_uint32),
        ("d", c.c_uint32), ("n_items", c.c_size_t), ("support", c.c_void_p),
        ("item_bias", c.c_void_p), ("item_factors", c.c_void_p), ("row_stride", c.c_size_t),
        ("observed_weight", c.c_double), ("unobserved_weight", c.c_double),
        ("regularization", c.c_double), ("regularization_exponent", c.c_double),
        ("n_catalogue", c.c_size_t), ("n_samples", c.c_size_t), ("sample_offsets", c.c_void_p),
        ("sample_items", c.c_void_p), ("sample_weights", c.c_void_p), ("sample_rows", c.c_void_p),
        ("weight_offsets", c.c_void_p), ("weight_items", c.c_void_p), ("weights", c.c_void_p)]


class recveil_folds(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("model_version", c.c_uint64),
        ("models", c.POINTER(recveil_fold_model)), ("n_folds", c.c_uint32),
        ("reserved", c.c_uint32), ("ctx", c.c_void_p), ("release", c.CFUNCTYPE(None, c.c_void_p))]


class recveil_history(_Struct):
    _fields_ = [
        ("items", c.c_void_p), ("weights", c.c_void_p), ("n_items", c.c_size_t),
        ("exclude", c.c_void_p), ("n_exclude", c.c_size_t)]


class recveil_subject(_Struct):
    _fields_ = [
        ("bytes", c.c_uint8 * 16)]


class recveil_forget_id(_Struct):
    _fields_ = [
        ("bytes", c.c_uint8 * 16)]


class recveil_forget_request(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("id", recveil_forget_id),
        ("kind", c.c_uint32), ("regulation", c.c_uint32), ("label_policy", c.c_uint32),
        ("source", c.c_uint32), ("received_at", c.c_uint64), ("due_at", c.c_uint64),
        ("n_subjects", c.c_size_t), ("subjects", c.c_void_p), ("n_users", c.c_size_t),
        ("users", c.c_void_p), ("n_attributes", c.c_size_t), ("attributes", c.c_void_p),
        ("policy", c.c_char_p)]
    _defaults_ = {'kind': 2}


class recveil_forget_options(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32)]


class recveil_forget_table(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("name", c.c_char_p),
        ("model_version", c.c_uint64), ("rows", c.POINTER(recveil_matrix)),
        ("subjects", c.c_void_p), ("n_attributes", c.c_size_t), ("attributes", c.c_void_p),
        ("users", c.c_void_p)]


class recveil_forget_plan_rows(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("capacity", c.c_size_t),
        ("n_rows", c.c_size_t), ("n_unlisted", c.c_size_t), ("rows", c.c_void_p),
        ("actions", c.c_void_p), ("attributes", c.c_void_p), ("asked", c.c_void_p)]


class recveil_forget_applied(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("stale", c.c_uint32), ("attempt", c.c_uint64),
        ("n_mapped", c.c_size_t), ("n_skipped", c.c_size_t), ("n_no_class", c.c_size_t),
        ("n_wrong_map", c.c_size_t), ("n_resurrected", c.c_size_t), ("shift", c.c_double)]


class recveil_forget_acked(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_confirmed", c.c_size_t),
        ("n_unwritten", c.c_size_t), ("n_resurrected", c.c_size_t), ("n_unknown", c.c_size_t),
        ("n_left", c.c_size_t), ("n_verifying", c.c_size_t)]


class recveil_forget_table_facts(_Struct):
    _fields_ = [
        ("table", c.c_char_p), ("rebuilt", c.c_uint32), ("index", c.c_uint32)]


class recveil_forget_facts(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("method", c.c_uint32), ("n_tables", c.c_size_t),
        ("tables", c.POINTER(recveil_forget_table_facts)), ("n_not_touched", c.c_size_t),
        ("not_touched", c.c_void_p)]


class recveil_forget_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("id", recveil_forget_id),
        ("kind", c.c_uint32), ("state", c.c_uint32), ("regulation", c.c_uint32),
        ("label_policy", c.c_uint32), ("number", c.c_uint64), ("received_at", c.c_uint64),
        ("due_at", c.c_uint64), ("updated_at", c.c_uint64), ("finished_at", c.c_uint64),
        ("n_subjects", c.c_uint32), ("n_retries", c.c_uint32), ("n_attributes", c.c_uint32),
        ("attributes", c.c_char * 2080), ("reason", c.c_char * 1028)]


class recveil_forget_report(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_entries", c.c_uint64),
        ("n_purged", c.c_uint64), ("head_seq", c.c_uint64), ("head_hash", c.c_uint8 * 32),
        ("n_in_state", c.c_uint64 * 10), ("n_overdue", c.c_uint64), ("oldest_open_at", c.c_uint64),
        ("next_due_at", c.c_uint64), ("n_standing", c.c_uint64), ("n_resurrected", c.c_uint64),
        ("file_bytes", c.c_uint64)]


class recveil_private_shape(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_items", c.c_uint32),
        ("n_catalogue", c.c_uint32), ("catalogue", c.c_void_p)]


class recveil_private_stats_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_items", c.c_uint32),
        ("n_catalogue", c.c_uint32), ("n_people", c.c_uint64)]


class recveil_private_bounds(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("epsilon", c.c_double),
        ("auc", c.c_double), ("tpr", c.c_double)]


class recveil_private_budget(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("mu", c.c_double),
        ("mu_release", c.c_double), ("mu_spent", c.c_double), ("delta", c.c_double),
        ("n_people", c.c_uint64), ("n_releases", c.c_uint64), ("n_left", c.c_uint64)]


class recveil_private_training(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("release", c.c_uint64),
        ("kind", c.c_uint32), ("d", c.c_uint32), ("progress", recveil_progress)]


class recveil_private_model_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("release", c.c_uint64),
        ("mu", c.c_double), ("n_items", c.c_uint32), ("n_catalogue", c.c_uint32),
        ("n_above_noise", c.c_uint32), ("reserved", c.c_uint32), ("catalogue_share", c.c_double),
        ("catalogue", c.c_void_p), ("counts", c.c_void_p), ("fold", c.POINTER(recveil_fold_model))]


class recveil_recommend_request(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
        ("person", c.c_uint64), ("membership", c.c_uint32), ("offset", c.c_uint32),
        ("k", c.c_uint32), ("epoch", c.c_uint32), ("pool_version", c.c_uint64),
        ("model_version", c.c_uint64), ("history", recveil_history)]
    _defaults_ = {'membership': 1}


class recveil_recommend_pages(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_users", c.c_size_t),
        ("users", c.c_void_p), ("persons", c.c_void_p), ("membership", c.c_void_p),
        ("history_offsets", c.c_void_p), ("history_items", c.c_void_p),
        ("history_weights", c.c_void_p), ("exclude_offsets", c.c_void_p),
        ("exclude_items", c.c_void_p), ("pool_version", c.c_uint64), ("model_version", c.c_uint64),
        ("epoch", c.c_uint32), ("offset", c.c_uint32), ("k", c.c_uint32), ("reserved", c.c_uint32),
        ("paths", c.c_void_p), ("reasons", c.c_void_p), ("folds", c.c_void_p),
        ("n_filled", c.c_void_p), ("items", c.c_void_p), ("scores", c.c_void_p)]


class recveil_screen_accounts(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_accounts", c.c_size_t),
        ("users", c.c_void_p), ("persons", c.c_void_p), ("offsets", c.c_void_p),
        ("items", c.c_void_p), ("ratings", c.c_void_p), ("arrived_at", c.c_void_p),
        ("launched_at", c.c_void_p), ("n_launched", c.c_size_t), ("n_past", c.c_void_p)]


class recveil_screen_window_shape(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_items", c.c_uint32),
        ("sample_accounts", c.c_uint32), ("sample_interactions", c.c_uint64),
        ("rating_min", c.c_float), ("rating_max", c.c_float), ("seed", c.c_uint64)]


class recveil_screen_window_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_items", c.c_uint32),
        ("implicit", c.c_uint32), ("n_accounts", c.c_uint64), ("n_interactions", c.c_uint64),
        ("n_sampled_accounts", c.c_uint64), ("n_sampled_interactions", c.c_uint64)]


class recveil_screen_training(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("seed", c.c_uint64),
        ("progress", recveil_progress)]


class recveil_screen_result(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("verdicts", c.c_void_p),
        ("scores", c.c_void_p), ("reasons", c.c_void_p), ("accepted", c.c_void_p),
        ("weights", c.c_void_p), ("write_evidence", recveil_write_fn),
        ("evidence_ctx", c.c_void_p), ("n_accepted", c.c_uint64), ("n_quarantined", c.c_uint64),
        ("n_deferred", c.c_uint64), ("screen_model_version", c.c_uint64), ("enforced", c.c_uint32),
        ("reserved", c.c_uint32)]


class recveil_screen_info(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("enforced", c.c_uint32),
        ("screen_model_version", c.c_uint64), ("trained_at", c.c_uint64),
        ("n_training_accounts", c.c_uint64), ("n_support_vectors", c.c_uint64),
        ("training_seconds", c.c_double), ("n_batches", c.c_uint64), ("n_flagged", c.c_uint64),
        ("n_overturned", c.c_uint64), ("n_exempt", c.c_uint64)]


class recveil_erasures(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32), ("model_version", c.c_uint64),
        ("n_maps", c.c_uint32), ("n_attributes", c.c_uint32), ("maps", c.c_void_p),
        ("n_users", c.c_size_t), ("users", c.c_void_p), ("classes", c.c_void_p),
        ("decoys", c.c_void_p), ("decoys_size", c.c_size_t), ("decoys_attribute", c.c_uint32),
        ("reserved", c.c_uint32)]


class recveil_watch_report(_Struct):
    _fields_ = [
        ("struct_size", c.c_uint32), ("outcome", c.c_uint32), ("model_version", c.c_uint64),
        ("last_model_version", c.c_uint64), ("checked_at", c.c_uint64), ("n_items", c.c_size_t),
        ("n_changed", c.c_size_t)]


class recveil_watched_item(_Struct):
    _fields_ = [
        ("item", c.c_uint32), ("compared", c.c_uint32), ("changed", c.c_uint32),
        ("fold", c.c_uint32), ("change", c.c_double), ("p_value", c.c_double),
        ("n_neighbors", c.c_uint32), ("neighbors", c.c_uint32 * 7)]
