"""Exceptions: one for each status of the C interface, and each is also Python's own.

    try:
        engine.publish_folds(models)
    except recveil.ArgumentError as error:   # or ValueError
        print(error.function, error)
"""
from __future__ import annotations

from recveil import abi


class RecveilError(Exception):
    """A call failed.

    Attributes:
        status: the RECVEIL_E_* number (see recveil.abi)
        function: the C function that failed, or the Python one that refused
    """

    status: int = abi.RECVEIL_E_INTERNAL

    def __init__(self, text: str, function: str = "") -> None:
        super().__init__(text)
        self.function = function


class ArgumentError(RecveilError, ValueError):
    """An argument is missing, out of range or inconsistent; the text names it."""

    status = abi.RECVEIL_E_ARGUMENT


class ArrayTypeError(RecveilError, TypeError):
    """An array has a type that would have to be converted where that is not allowed."""

    status = abi.RECVEIL_E_ARGUMENT


class OutOfMemoryError(RecveilError, MemoryError):
    """An allocation failed; nothing changed."""

    status = abi.RECVEIL_E_NOMEM


class ConfigError(RecveilError, ValueError):
    """The configuration: the text names file, line and key."""

    status = abi.RECVEIL_E_CONFIG


class VersionError(RecveilError, ImportError):
    """The library, its audit library or a file is of another version."""

    status = abi.RECVEIL_E_VERSION


class UnsupportedError(RecveilError, NotImplementedError):
    """The library, or a host, does not have what was asked for."""

    status = abi.RECVEIL_E_UNSUPPORTED


class BufferTooSmallError(RecveilError, BufferError):
    """An output array is too short."""

    status = abi.RECVEIL_E_BUFFER


class StateError(RecveilError, RuntimeError):
    """Not now: nothing is published yet, or the object is closed."""

    status = abi.RECVEIL_E_STATE


class StorageError(RecveilError, OSError):
    """A file could not be read or written; nothing half-written is left."""

    status = abi.RECVEIL_E_IO


class CallbackError(RecveilError, RuntimeError):
    """A callback failed."""

    status = abi.RECVEIL_E_HOST


class NotFoundError(RecveilError, LookupError):
    """The id, name or version is unknown."""

    status = abi.RECVEIL_E_NOT_FOUND


class Cancelled(RecveilError, RuntimeError):
    """A long call was stopped because it was asked to."""

    status = abi.RECVEIL_E_CANCELLED


class DataError(RecveilError, ValueError):
    """Data: the text names file, line and field, or the row."""

    status = abi.RECVEIL_E_DATA


class HeldError(RecveilError, RuntimeError):
    """Not published: a watched item changed; what was published before goes on serving."""

    status = abi.RECVEIL_E_HELD


_BY_STATUS = {kind.status: kind for kind in (
    RecveilError, ArgumentError, OutOfMemoryError, ConfigError, VersionError, UnsupportedError,
    BufferTooSmallError, StateError, StorageError, CallbackError, NotFoundError, Cancelled,
    DataError, HeldError)}


def of_status(function: str, status: int, text: str) -> RecveilError:
    """The exception of a status, made by a C function with this error text."""
    error = _BY_STATUS.get(status, RecveilError)(text, function)
    error.status = status
    return error
