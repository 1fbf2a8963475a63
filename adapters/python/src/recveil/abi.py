"""The C interface of Recveil for ctypes: constants, structs and functions under their C names.

Made from include/recveil by adapters/python/tools/gen_abi.py; do not edit. The headers say what
everything means. A struct is made with the values of its _INIT macro, and keywords replace them:

    lib = abi.load("librecveil.so.0")
    engine = ctypes.c_void_p()
    lib.recveil_engine_open_file(b"recveil.yaml", None, ctypes.byref(engine))
    decision = abi.recveil_decision()
    lib.recveil_route(engine, abi.recveil_request(user=7), decision)

Where C has a pointer to numbers, give a NumPy array, a ctypes array, byref() or an address; nothing
is converted, so the element type must be the one the header says. A struct keeps the arrays that were
given to it alive. A function that returns a status raises abi.Error unless it is RECVEIL_OK.
"""
import ctypes as c
from typing import Any, Callable, Dict, List, Tuple

from recveil.abi_types import *  # noqa: F403
from recveil.abi_types import _address


class Error(Exception):
    """A call that failed: `status` is its RECVEIL_E_*, the text says what was wrong."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class _Pointer(c.c_void_p):
    """A parameter that is a pointer to numbers."""

    @classmethod
    def from_param(cls, value: Any) -> Any:
        return c.c_void_p.from_param(_address(value))


RECVEIL_OK = 0
RECVEIL_E_INTERNAL = -1
RECVEIL_E_ARGUMENT = -2
RECVEIL_E_NOMEM = -3
RECVEIL_E_CONFIG = -4
RECVEIL_E_VERSION = -5
RECVEIL_E_UNSUPPORTED = -6
RECVEIL_E_BUFFER = -7
RECVEIL_E_STATE = -8
RECVEIL_E_IO = -9
RECVEIL_E_HOST = -10
RECVEIL_E_NOT_FOUND = -11
RECVEIL_E_CANCELLED = -12
RECVEIL_E_DATA = -13
RECVEIL_E_HELD = -14
RECVEIL_LOG_ERROR = 1
RECVEIL_LOG_WARNING = 2
RECVEIL_LOG_INFO = 3
RECVEIL_INFO_POOL_TOO_SMALL = 1
RECVEIL_INFO_POOL_STALE = 2
RECVEIL_INFO_NO_POOL = 4
RECVEIL_INFO_NO_MEMBERS = 8
RECVEIL_INFO_DRY_RUN = 16
RECVEIL_INFO_NO_FOLDS = 32
RECVEIL_ATTACK_MEMBERSHIP = 1
RECVEIL_ATTACK_INVERSION = 2
RECVEIL_ATTACK_ATTRIBUTE = 3
RECVEIL_ATTACK_SCREENING = 4
RECVEIL_ADVERSARY_NAIVE = 1
RECVEIL_ADVERSARY_ADAPTIVE = 2
RECVEIL_ADVERSARY_SYBIL = 3
RECVEIL_ADVERSARY_CROWD = 4
RECVEIL_VERDICT_LEAK = 1
RECVEIL_VERDICT_NO_LEAK_FOUND = 2
RECVEIL_VERDICT_INCONCLUSIVE = 3
RECVEIL_VERDICT_ERROR = 4
RECVEIL_AUDIT_WITH_XGBOOST = 1
RECVEIL_SOURCE_EMBEDDING = 1
RECVEIL_SOURCE_LIST = 2
RECVEIL_SOURCE_ROW_HISTORY = 3
RECVEIL_SOURCE_LIST_HISTORY = 4
RECVEIL_SOURCE_TWO_VERSIONS = 5
RECVEIL_SOURCE_OUTSIDE = 6
RECVEIL_PROTOCOL_TRANSFER = 1
RECVEIL_PROTOCOL_ADAPTIVE = 2
RECVEIL_SCORES_PER_ATTRIBUTE = 64
RECVEIL_EVIDENCE_ADMIT_LEAK = 1
RECVEIL_COLUMN_TEXTS = 1
RECVEIL_COLUMN_INTEGERS = 2
RECVEIL_COLUMN_REALS = 3
RECVEIL_COLUMN_OTHER = 4
RECVEIL_CLASS_UNKNOWN = -1
RECVEIL_ERASE_GAUSSIAN_TRANSPORT = 1
RECVEIL_ERASE_OPTIMAL_TRANSPORT = 2
RECVEIL_ERASE_LEACE = 3
RECVEIL_ERASE_SCORE_TRANSPORT = 4
RECVEIL_ERASE_DEFAULT_METHOD = 4
RECVEIL_STALE_NORMS = 1
RECVEIL_STALE_GRAM = 2
RECVEIL_STALE_ANN_INDEX = 4
RECVEIL_STALE_CACHED_LISTS = 8
RECVEIL_STALE_OPTIMIZER = 16
RECVEIL_STALE_BIAS = 32
RECVEIL_STALE_ALL = 63
RECVEIL_INDEX_ROWS_ONLY = 1
RECVEIL_INDEX_REASSIGNED = 2
RECVEIL_INDEX_REBUILT = 3
RECVEIL_FLOAT32 = 1
RECVEIL_FLOAT64 = 2
RECVEIL_ERASE_CELLS = 1
RECVEIL_ERASE_NEEDS_CLASSES = 1
RECVEIL_ERASE_NOT_CERTIFIABLE = 2
RECVEIL_ERASE_NEEDS_USERS = 4
RECVEIL_ERASE_LEFT_ALONE = 8
RECVEIL_ERASE_CERTIFIABLE = 1
RECVEIL_ERASE_TOO_SMALL = 2
RECVEIL_ERASE_ABSENT = 3
RECVEIL_USERS_MEMBERS = 1
RECVEIL_USERS_QUARANTINED = 2
RECVEIL_USERS_ERASED = 3
RECVEIL_SET_REPLACE = 1
RECVEIL_SET_ADD = 2
RECVEIL_SET_REMOVE = 3
RECVEIL_MEMBERSHIP_ASK = 1
RECVEIL_MEMBERSHIP_MEMBER = 2
RECVEIL_MEMBERSHIP_NONMEMBER = 3
RECVEIL_PATH_REFUSE = 1
RECVEIL_PATH_HOST = 2
RECVEIL_PATH_POOL = 3
RECVEIL_PATH_FOLD = 4
RECVEIL_REASON_MEMBER = 1
RECVEIL_REASON_NONMEMBER = 2
RECVEIL_REASON_QUARANTINED = 3
RECVEIL_REASON_ERASED = 4
RECVEIL_REASON_DRY_RUN = 5
RECVEIL_REASON_NO_POOL = 6
RECVEIL_REASON_STALE_POOL = 7
RECVEIL_REASON_NO_MEMBERS = 8
RECVEIL_REASON_NO_FOLDS = 9
RECVEIL_REASON_CROSS_FIT = 10
RECVEIL_REASON_NO_HISTORY = 11
RECVEIL_REASON_PRIVATE = 12
RECVEIL_ORIGIN_HOST = 1
RECVEIL_ORIGIN_POOL = 2
RECVEIL_FOLD_FACTORS = 1
RECVEIL_FOLD_ITEM_ITEM = 2
RECVEIL_FOLD_BIAS_RESIDUAL = 1
RECVEIL_FOLD_RIDGE_BY_COUNT = 2
RECVEIL_FOLDS_ACCEPT_CHANGES = 1
RECVEIL_FORGET_ERASE = 1
RECVEIL_FORGET_ATTRIBUTE = 2
RECVEIL_FORGET_RECTIFY = 3
RECVEIL_FORGET_OBJECT = 4
RECVEIL_REGULATION_GDPR = 1
RECVEIL_REGULATION_CCPA = 2
RECVEIL_REGULATION_OTHER = 3
RECVEIL_LABELS_LEACE = 1
RECVEIL_LABELS_SEALED = 2
RECVEIL_LABELS_HOST = 3
RECVEIL_FORGET_FROM_API = 1
RECVEIL_FORGET_FROM_WEBHOOK = 2
RECVEIL_FORGET_FROM_BATCH = 3
RECVEIL_FORGET_READ_ONLY = 1
RECVEIL_FORGET_NO_CREATE = 2
RECVEIL_FORGET_NO_VERIFY = 4
RECVEIL_FORGET_ACCEPTED = 1
RECVEIL_FORGET_ALREADY = 2
RECVEIL_FORGET_CONFLICT = 3
RECVEIL_ROW_SKIP = 1
RECVEIL_ROW_MAP = 2
RECVEIL_ROW_RESURRECTED = 3
RECVEIL_FORGET_RECEIVED = 1
RECVEIL_FORGET_HELD = 2
RECVEIL_FORGET_APPLYING = 3
RECVEIL_FORGET_VERIFYING = 4
RECVEIL_FORGET_PUBLISHING = 5
RECVEIL_FORGET_COMPLETED = 6
RECVEIL_FORGET_REJECTED = 7
RECVEIL_FORGET_CANCELLED = 8
RECVEIL_FORGET_NOOP = 9
RECVEIL_FORGET_FAILED = 10
RECVEIL_FORGET_HOLD = 1
RECVEIL_FORGET_RELEASE = 2
RECVEIL_FORGET_CANCEL = 3
RECVEIL_FORGET_REJECT = 4
RECVEIL_FORGET_NOBODY = 5
RECVEIL_FORGET_FAIL = 6
RECVEIL_FORGET_RETRY = 7
RECVEIL_OWES_ERASE = 1
RECVEIL_OWES_ATTRIBUTE = 2
RECVEIL_OWES_RECTIFY = 4
RECVEIL_OWES_OBJECT = 8
RECVEIL_SCREEN_ACCEPT = 1
RECVEIL_SCREEN_QUARANTINE = 2
RECVEIL_SCREEN_DEFER = 3
RECVEIL_TRIGGER_NEW = 1
RECVEIL_TRIGGER_UPDATE = 2
RECVEIL_TRIGGER_BATCH = 3
RECVEIL_SCREEN_UNLIKE = 1
RECVEIL_SCREEN_KNOWN_FAMILY = 2
RECVEIL_SCREEN_COPIED = 4
RECVEIL_SCREEN_COORDINATED = 8
RECVEIL_SCREEN_UNANIMOUS = 16
RECVEIL_SCREEN_TREND = 32
RECVEIL_SCREEN_LAUNCH = 64
RECVEIL_SCREEN_OVERTURNED = 128
RECVEIL_SCREEN_EXEMPT = 256
RECVEIL_REVIEW_CONFIRMED = 1
RECVEIL_REVIEW_OVERTURNED = 2
RECVEIL_REVIEW_EXEMPT = 3
RECVEIL_WATCH_UNCHANGED = 1
RECVEIL_WATCH_CHANGED = 2
RECVEIL_WATCH_HELD = 3
RECVEIL_WATCH_NOT_COMPARED = 4

FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {
    "recveil_version": (c.c_char_p, []),
    "recveil_abi_version": (c.c_uint32, []),
    "recveil_has_feature": (c.c_int32, [c.c_char_p]),
    "recveil_status_name": (c.c_char_p, [c.c_int32]),
    "recveil_last_error": (c.c_char_p, []),
    "recveil_buffer_open": (c.c_int32, [_Pointer]),
    "recveil_buffer_write": (c.c_int32, [_Pointer, c.c_char_p, c.c_size_t]),
    "recveil_buffer_bytes": (c.c_int32, [_Pointer, _Pointer, _Pointer]),
    "recveil_buffer_clear": (None, [_Pointer]),
    "recveil_buffer_close": (None, [_Pointer]),
    "recveil_engine_open": (c.c_int32, [c.c_char_p, c.c_size_t, c.POINTER(recveil_engine_options), _Pointer]),
    "recveil_engine_open_file": (c.c_int32, [c.c_char_p, c.POINTER(recveil_engine_options), _Pointer]),
    "recveil_engine_start": (c.c_int32, [_Pointer]),
    "recveil_engine_close": (None, [_Pointer]),
    "recveil_engine_reload": (c.c_int32, [_Pointer, c.c_char_p, c.c_size_t]),
    "recveil_engine_reload_file": (c.c_int32, [_Pointer, c.c_char_p]),
    "recveil_engine_refresh": (c.c_int32, [_Pointer, _Pointer]),
    "recveil_engine_get_info": (c.c_int32, [_Pointer, c.POINTER(recveil_engine_info)]),
    "recveil_user_from_bytes": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, _Pointer]),
    "recveil_users_from_bytes": (c.c_int32, [_Pointer, _Pointer, _Pointer, c.c_size_t, _Pointer]),
    "recveil_config_check": (c.c_int32, [c.c_char_p, c.c_size_t, c.c_char_p]),
    "recveil_key_generate": (c.c_int32, [c.c_char_p]),
    "recveil_metrics_write": (c.c_int32, [_Pointer, recveil_write_fn, _Pointer]),
    "recveil_metrics_set_audit": (c.c_int32, [_Pointer, c.POINTER(recveil_audit_result)]),
    "recveil_audit_run": (c.c_int32, [c.c_char_p, c.c_size_t, c.POINTER(recveil_audit_options), recveil_write_fn, _Pointer]),
    "recveil_audit_lists": (c.c_int32, [c.POINTER(recveil_audit_population), c.POINTER(recveil_audit_population),
        c.POINTER(recveil_audit_options), recveil_write_fn, _Pointer]),
    "recveil_audit_attributes": (c.c_int32, [c.POINTER(recveil_audit_embeddings), c.POINTER(recveil_audit_options), recveil_write_fn,
        _Pointer, c.POINTER(recveil_attribute_evidence)]),
    "recveil_columns_from_arrow": (c.c_int32, [_Pointer, _Pointer]),
    "recveil_columns_count": (c.c_int32, [_Pointer, _Pointer]),
    "recveil_columns_get": (c.c_int32, [_Pointer, c.c_size_t, c.POINTER(recveil_column)]),
    "recveil_columns_close": (None, [_Pointer]),
    "recveil_erase_method_name": (c.c_char_p, [c.c_uint32]),
    "recveil_stale_name": (c.c_char_p, [c.c_uint32]),
    "recveil_erase_fit": (c.c_int32, [c.POINTER(recveil_erase_options), c.POINTER(recveil_matrix), _Pointer, _Pointer]),
    "recveil_erase_map_write": (c.c_int32, [_Pointer, recveil_write_fn, _Pointer]),
    "recveil_erase_map_open": (c.c_int32, [_Pointer, c.c_size_t, _Pointer]),
    "recveil_erase_map_close": (None, [_Pointer]),
    "recveil_erase_map_get_info": (c.c_int32, [_Pointer, c.POINTER(recveil_erase_map_info)]),
    "recveil_erase_map_get_class": (c.c_int32, [_Pointer, c.c_uint32, c.c_uint32, c.POINTER(recveil_erase_class_info)]),
    "recveil_erase_apply": (c.c_int32, [_Pointer, c.POINTER(recveil_matrix), _Pointer, c.POINTER(recveil_erase_result),
        c.POINTER(recveil_progress)]),
    "recveil_erase_apply_users": (c.c_int32, [_Pointer, c.POINTER(recveil_matrix), _Pointer, _Pointer, _Pointer,
        c.POINTER(recveil_erase_result), c.POINTER(recveil_progress)]),
    "recveil_erase_stats_size": (c.c_int32, [c.c_uint32, c.c_uint32, _Pointer]),
    "recveil_erase_stats_init": (c.c_int32, [_Pointer, c.c_size_t, c.c_uint32, c.c_uint32]),
    "recveil_erase_stats_add": (c.c_int32, [_Pointer, c.c_size_t, c.POINTER(recveil_matrix), _Pointer]),
    "recveil_erase_stats_merge": (c.c_int32, [_Pointer, c.c_size_t, _Pointer, c.c_size_t]),
    "recveil_erase_stats_check": (c.c_int32, [_Pointer, c.c_size_t, c.POINTER(recveil_erase_stats_info)]),
    "recveil_erase_fit_stats": (c.c_int32, [c.POINTER(recveil_erase_options), _Pointer, _Pointer, _Pointer]),
    "recveil_publish_popularity": (c.c_int32, [_Pointer, c.POINTER(recveil_popularity)]),
    "recveil_pool_read": (c.c_int32, [_Pointer, c.c_uint64, _Pointer, c.c_size_t, _Pointer, _Pointer]),
    "recveil_publish_users": (c.c_int32, [_Pointer, c.c_uint32, c.c_uint32, _Pointer, c.c_size_t]),
    "recveil_route": (c.c_int32, [_Pointer, c.POINTER(recveil_request), c.POINTER(recveil_decision)]),
    "recveil_serve": (c.c_int32, [_Pointer, c.POINTER(recveil_decision), c.POINTER(recveil_page), c.POINTER(recveil_slate)]),
    "recveil_route_batch": (c.c_int32, [_Pointer, c.POINTER(recveil_batch)]),
    "recveil_serve_batch": (c.c_int32, [_Pointer, c.POINTER(recveil_batch)]),
    "recveil_fold_of": (c.c_int32, [_Pointer, c.c_uint64, _Pointer]),
    "recveil_folds_of": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, _Pointer]),
    "recveil_publish_folds": (c.c_int32, [_Pointer, c.POINTER(recveil_folds)]),
    "recveil_fold_scratch_size": (c.c_int32, [_Pointer, c.c_size_t, c.c_size_t, c.c_size_t, _Pointer]),
    "recveil_fold_in": (c.c_int32, [_Pointer, c.POINTER(recveil_decision), c.POINTER(recveil_history), _Pointer, c.c_size_t,
        _Pointer, c.c_size_t]),
    "recveil_fold_in_batch": (c.c_int32, [_Pointer, c.c_uint64, _Pointer, _Pointer, c.c_size_t, _Pointer, _Pointer, _Pointer,
        _Pointer, c.c_size_t, _Pointer, c.c_size_t]),
    "recveil_fold_rank": (c.c_int32, [_Pointer, c.POINTER(recveil_decision), c.POINTER(recveil_history), c.c_size_t, _Pointer,
        _Pointer, _Pointer, _Pointer, _Pointer, c.c_size_t]),
    "recveil_subjects_from_bytes": (c.c_int32, [_Pointer, _Pointer, _Pointer, c.c_size_t, _Pointer]),
    "recveil_forget_open": (c.c_int32, [_Pointer, c.POINTER(recveil_forget_options), _Pointer]),
    "recveil_forget_close": (None, [_Pointer]),
    "recveil_forget_submit": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, _Pointer]),
    "recveil_forget_plan": (c.c_int32, [_Pointer, c.POINTER(recveil_forget_table), c.POINTER(recveil_forget_plan_rows),
        c.POINTER(recveil_progress)]),
    "recveil_forget_apply": (c.c_int32, [_Pointer, c.POINTER(recveil_forget_table), _Pointer, c.c_size_t, _Pointer, _Pointer,
        c.POINTER(recveil_forget_applied), c.POINTER(recveil_progress)]),
    "recveil_forget_ack": (c.c_int32, [_Pointer, c.c_uint64, c.POINTER(recveil_forget_table), c.POINTER(recveil_forget_acked),
        c.POINTER(recveil_progress)]),
    "recveil_forget_evidence": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, c.POINTER(recveil_attribute_evidence), _Pointer]),
    "recveil_forget_complete": (c.c_int32, [_Pointer, recveil_forget_id, c.POINTER(recveil_forget_facts), recveil_write_fn, _Pointer]),
    "recveil_forget_receipt": (c.c_int32, [_Pointer, recveil_forget_id, recveil_write_fn, _Pointer]),
    "recveil_forget_change": (c.c_int32, [_Pointer, recveil_forget_id, c.c_uint32, c.c_char_p]),
    "recveil_forget_withdraw": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, _Pointer, c.c_size_t, _Pointer, c.c_size_t, _Pointer]),
    "recveil_forget_status": (c.c_int32, [_Pointer, recveil_forget_id, c.POINTER(recveil_forget_info)]),
    "recveil_forget_list": (c.c_int32, [_Pointer, c.c_uint32, _Pointer, _Pointer, c.c_size_t, _Pointer]),
    "recveil_forget_owes": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, _Pointer]),
    "recveil_forget_unmatched": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, _Pointer, c.c_size_t, _Pointer]),
    "recveil_forget_public_key": (c.c_int32, [_Pointer, _Pointer, _Pointer]),
    "recveil_receipt_verify": (c.c_int32, [c.c_char_p, c.c_size_t, _Pointer]),
    "recveil_forget_verify": (c.c_int32, [_Pointer, c.c_uint64, _Pointer, c.POINTER(recveil_forget_report),
        c.POINTER(recveil_progress)]),
    "recveil_forget_purge": (c.c_int32, [_Pointer, _Pointer]),
    "recveil_forget_shred": (c.c_int32, [_Pointer, _Pointer, _Pointer]),
    "recveil_private_stats_size": (c.c_int32, [c.POINTER(recveil_private_shape), _Pointer]),
    "recveil_private_stats_init": (c.c_int32, [c.POINTER(recveil_private_shape), _Pointer, c.c_size_t]),
    "recveil_private_stats_add": (c.c_int32, [_Pointer, c.c_size_t, _Pointer, _Pointer, c.c_size_t]),
    "recveil_private_stats_merge": (c.c_int32, [_Pointer, c.c_size_t, _Pointer, c.c_size_t]),
    "recveil_private_stats_check": (c.c_int32, [_Pointer, c.c_size_t, c.POINTER(recveil_private_stats_info)]),
    "recveil_private_mu": (c.c_int32, [c.c_double, c.c_double, _Pointer]),
    "recveil_private_bounds_of": (c.c_int32, [c.c_double, c.c_double, c.c_double, c.POINTER(recveil_private_bounds)]),
    "recveil_private_get_budget": (c.c_int32, [_Pointer, c.POINTER(recveil_private_budget)]),
    "recveil_private_catalogue": (c.c_int32, [_Pointer, c.c_uint64, _Pointer, c.c_size_t, c.POINTER(recveil_progress), _Pointer,
        c.c_size_t, _Pointer]),
    "recveil_private_train": (c.c_int32, [_Pointer, c.POINTER(recveil_private_training), _Pointer, c.c_size_t, _Pointer, c.c_size_t,
        _Pointer]),
    "recveil_private_model_get_info": (c.c_int32, [_Pointer, c.POINTER(recveil_private_model_info)]),
    "recveil_private_model_write": (c.c_int32, [_Pointer, recveil_write_fn, _Pointer]),
    "recveil_private_model_read": (c.c_int32, [_Pointer, c.c_size_t, _Pointer]),
    "recveil_private_model_close": (None, [_Pointer]),
    "recveil_publish_private": (c.c_int32, [_Pointer, _Pointer, c.c_uint64]),
    "recveil_recommend": (c.c_int32, [_Pointer, c.POINTER(recveil_recommend_request), c.POINTER(recveil_decision), _Pointer,
        _Pointer, _Pointer, _Pointer, c.c_size_t]),
    "recveil_recommend_batch": (c.c_int32, [_Pointer, c.POINTER(recveil_recommend_pages), _Pointer, c.c_size_t]),
    "recveil_screen_window_size": (c.c_int32, [c.POINTER(recveil_screen_window_shape), _Pointer]),
    "recveil_screen_window_init": (c.c_int32, [c.POINTER(recveil_screen_window_shape), _Pointer, c.c_size_t]),
    "recveil_screen_window_add": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, c.POINTER(recveil_screen_accounts)]),
    "recveil_screen_window_merge": (c.c_int32, [_Pointer, c.c_size_t, _Pointer, c.c_size_t]),
    "recveil_screen_window_check": (c.c_int32, [_Pointer, c.c_size_t, c.POINTER(recveil_screen_window_info)]),
    "recveil_screen_train": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, c.POINTER(recveil_screen_training)]),
    "recveil_screen_model_write": (c.c_int32, [_Pointer, recveil_write_fn, _Pointer]),
    "recveil_publish_screen_model": (c.c_int32, [_Pointer, _Pointer, c.c_size_t]),
    "recveil_screen": (c.c_int32, [_Pointer, c.POINTER(recveil_screen_accounts), c.c_uint32, c.POINTER(recveil_progress),
        c.POINTER(recveil_screen_result)]),
    "recveil_screen_reason_text": (c.c_char_p, [c.c_uint32]),
    "recveil_screen_review": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, c.c_uint32]),
    "recveil_screen_accepted": (c.c_int32, [_Pointer, _Pointer, c.c_size_t, _Pointer]),
    "recveil_screen_get_info": (c.c_int32, [_Pointer, c.POINTER(recveil_screen_info)]),
    "recveil_publish_erasures": (c.c_int32, [_Pointer, c.POINTER(recveil_erasures)]),
    "recveil_decoys_fit": (c.c_int32, [c.c_size_t, _Pointer, _Pointer, c.c_uint32, _Pointer, c.c_uint32, recveil_write_fn,
        _Pointer]),
    "recveil_decoys": (c.c_int32, [_Pointer, c.c_uint64, c.c_size_t, _Pointer, c.c_size_t, _Pointer, _Pointer]),
    "recveil_watch_read": (c.c_int32, [_Pointer, c.POINTER(recveil_watch_report), c.POINTER(recveil_watched_item), c.c_size_t]),
}
STATUS_FUNCTIONS = frozenset((
    "recveil_buffer_open", "recveil_buffer_bytes", "recveil_engine_open",
    "recveil_engine_open_file", "recveil_engine_start", "recveil_engine_reload",
    "recveil_engine_reload_file", "recveil_engine_refresh", "recveil_engine_get_info",
    "recveil_user_from_bytes", "recveil_users_from_bytes", "recveil_config_check",
    "recveil_key_generate", "recveil_metrics_write", "recveil_metrics_set_audit",
    "recveil_audit_run", "recveil_audit_lists", "recveil_audit_attributes",
    "recveil_columns_from_arrow", "recveil_columns_count", "recveil_columns_get",
    "recveil_erase_fit", "recveil_erase_map_write", "recveil_erase_map_open",
    "recveil_erase_map_get_info", "recveil_erase_map_get_class", "recveil_erase_apply",
    "recveil_erase_apply_users", "recveil_erase_stats_size", "recveil_erase_stats_init",
    "recveil_erase_stats_add", "recveil_erase_stats_merge", "recveil_erase_stats_check",
    "recveil_erase_fit_stats", "recveil_publish_popularity", "recveil_pool_read",
    "recveil_publish_users", "recveil_route", "recveil_serve", "recveil_route_batch",
    "recveil_serve_batch", "recveil_fold_of", "recveil_folds_of", "recveil_publish_folds",
    "recveil_fold_scratch_size", "recveil_fold_in", "recveil_fold_in_batch", "recveil_fold_rank",
    "recveil_subjects_from_bytes", "recveil_forget_open", "recveil_forget_submit",
    "recveil_forget_plan", "recveil_forget_apply", "recveil_forget_ack", "recveil_forget_evidence",
    "recveil_forget_complete", "recveil_forget_receipt", "recveil_forget_change",
    "recveil_forget_withdraw", "recveil_forget_status", "recveil_forget_list",
    "recveil_forget_owes", "recveil_forget_unmatched", "recveil_forget_public_key",
    "recveil_receipt_verify", "recveil_forget_verify", "recveil_forget_purge",
    "recveil_forget_shred", "recveil_private_stats_size", "recveil_private_stats_init",
    "recveil_private_stats_add", "recveil_private_stats_merge", "recveil_private_stats_check",
    "recveil_private_mu", "recveil_private_bounds_of", "recveil_private_get_budget",
    "recveil_private_catalogue", "recveil_private_train", "recveil_private_model_get_info",
    "recveil_private_model_write", "recveil_private_model_read", "recveil_publish_private",
    "recveil_recommend", "recveil_recommend_batch", "recveil_screen_window_size",
    "recveil_screen_window_init", "recveil_screen_window_add", "recveil_screen_window_merge",
    "recveil_screen_window_check", "recveil_screen_train", "recveil_screen_model_write",
    "recveil_publish_screen_model", "recveil_screen", "recveil_screen_review",
    "recveil_screen_accepted", "recveil_screen_get_info", "recveil_publish_erasures",
    "recveil_decoys_fit", "recveil_decoys", "recveil_watch_read"))


def _error(function: str, status: int, text: str) -> Exception:
    return Error(status, text)


def load(path: str, failed: Callable[[str, int, str], Exception] = _error) -> Any:
    """The library at `path`, with every function declared. `failed` makes the exception of a call
    that failed, from the name of the function, the status and the text."""
    lib = c.CDLL(path)

    def checked(status: int, function: Any, _arguments: Any) -> int:
        if status != RECVEIL_OK:
            text = lib.recveil_last_error().decode("utf-8", "replace")
            raise failed(function.__name__, status, text)
        return status

    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(lib, name)
        function.argtypes = arguments
        function.restype = result
        if name in STATUS_FUNCTIONS:
            function.errcheck = checked
    return lib
