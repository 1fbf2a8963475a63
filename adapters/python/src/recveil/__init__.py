"""Recveil: privacy hooks for a running recommender.

    import recveil
    engine = recveil.Engine({"keys": {"ephemeral": True}, "serving": {"mode": "cross_fit"}})

Engine answers requests; FoldModel, Window, ErasureMap, Journal and the audits are the loops around
it; recveil.hosts has adapters for implicit, Faiss, LightFM and Cornac; recveil.abi is the C interface.
"""
from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recveil._arrays import Histories
    from recveil.audit import (Population, audit_attributes, audit_injections, audit_lists,
                               audit_population, run_audit)
    from recveil.engine import Engine, UserId, generate_key
    from recveil.erase import Applied, ErasureMap, ErasureStatistics, publish_erasures
    from recveil.errors import (ArgumentError, ArrayTypeError, BufferTooSmallError, CallbackError,
                                Cancelled, ConfigError, DataError, HeldError, NotFoundError,
                                OutOfMemoryError, RecveilError, StateError, StorageError,
                                UnsupportedError, VersionError)
    from recveil.folds import FoldModel
    from recveil.models import ModelFolder
    from recveil.forget import Journal, Request, State, Table, verify_receipt
    from recveil.private import (Budget, PrivateModel, PrivateStatistics, private_budget,
                                 private_catalogue)
    from recveil.report import Report
    from recveil.screening import Screened, Verdict, Window, reasons_text, review, screen
    from recveil.service import Service
    from recveil.serving import Decision, Info, Page, Pages, Path, Reason, Recommendation, Slate

    __version__: str

# Where each name lives. They are imported when they are first used, so that recveil.abi needs
# neither NumPy nor the library, and a server that only serves imports no audit.
_HOME = {
    "_arrays": (
        "Histories",),
    "audit": (
        "Population", "audit_attributes", "audit_injections", "audit_lists", "audit_population",
        "run_audit",),
    "engine": (
        "Engine", "UserId", "generate_key",),
    "erase": (
        "Applied", "ErasureMap", "ErasureStatistics", "publish_erasures",),
    "errors": (
        "ArgumentError", "ArrayTypeError", "BufferTooSmallError", "CallbackError",
        "Cancelled", "ConfigError", "DataError", "HeldError", "NotFoundError", "OutOfMemoryError",
        "RecveilError", "StateError", "StorageError", "UnsupportedError", "VersionError",),
    "folds": (
        "FoldModel",),
    "forget": (
        "Journal", "Request", "State", "Table", "verify_receipt",),
    "models": (
        "ModelFolder",),
    "private": (
        "Budget", "PrivateModel", "PrivateStatistics", "private_budget", "private_catalogue",),
    "service": (
        "Service",),
    "report": (
        "Report",),
    "screening": (
        "Screened", "Verdict", "Window", "reasons_text", "review", "screen",),
    "serving": (
        "Decision", "Info", "Page", "Pages", "Path", "Reason", "Recommendation", "Slate",),
}
_AT = {name: home for home, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _import_module("recveil._lib").LIB.recveil_version().decode()
    elif name in _AT:
        value = getattr(_import_module("recveil." + _AT[name]), name)
    else:
        raise AttributeError(f"module 'recveil' has no attribute {name!r}")
    globals()[name] = value
    return value


__all__ = [
    "Applied", "ArgumentError", "ArrayTypeError", "Budget", "BufferTooSmallError", "CallbackError",
    "Cancelled", "ConfigError", "DataError", "Decision", "Engine", "ErasureMap", "ErasureStatistics",
    "FoldModel", "HeldError", "Histories", "Info", "Journal", "ModelFolder", "NotFoundError", "OutOfMemoryError",
    "Page", "Pages", "Path", "Population", "PrivateModel", "PrivateStatistics", "Reason",
    "Recommendation", "RecveilError", "Report", "Request", "Screened", "Service", "Slate", "State",
    "StateError", "StorageError", "Table", "UnsupportedError", "UserId", "Verdict", "VersionError",
    "Window", "audit_attributes", "audit_injections", "audit_lists", "audit_population", "generate_key", "private_budget",
    "private_catalogue", "publish_erasures", "reasons_text", "review", "run_audit", "screen",
    "verify_receipt"]
