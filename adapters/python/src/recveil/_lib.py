"""The loaded library, handles that close by reference count, and long calls that Ctrl-C stops."""
from __future__ import annotations

import atexit
import ctypes as c
import itertools
import os
import threading
import weakref
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional

from recveil import abi, errors

Progress = Callable[[float, str], Optional[bool]]
"""Hears how far a long call is: the fraction in [0, 1] and what is being done. Return False to stop
the call, which then raises recveil.Cancelled. Called on a thread of its own."""


def _path() -> str:
    given = os.environ.get("RECVEIL_LIBRARY")
    if given:
        return given
    neighbour = Path(__file__).with_name("librecveil.so.0")
    return str(neighbour) if neighbour.exists() else "librecveil.so.0"


PATH = _path()
LIB = abi.load(PATH, errors.of_status)
if LIB.recveil_abi_version() != 0:
    raise errors.VersionError(f"{PATH} has ABI {LIB.recveil_abi_version()}; this package needs 0")


def _held() -> Any:
    """What neither blocks nor calls back, without releasing the interpreter lock: releasing it
    costs more than a route, and 5 ms where other Python threads are busy. Returns statuses."""
    lib = c.PyDLL(PATH)
    for name in ("recveil_route", "recveil_serve", "recveil_fold_scratch_size",
                 "recveil_user_from_bytes"):
        function = getattr(lib, name)
        function.restype = c.c_int32
        function.argtypes = [c.c_void_p] * len(abi.FUNCTIONS[name][1])
        if name in ("recveil_fold_scratch_size",):
            function.argtypes = abi.FUNCTIONS[name][1]
        if name == "recveil_user_from_bytes":
            function.argtypes = [c.c_void_p, c.c_char_p, c.c_size_t, c.c_void_p]
    lib.recveil_last_error.restype = c.c_char_p
    return lib


HELD = _held()
ROUTE, SERVE = HELD.recveil_route, HELD.recveil_serve


def _ranker() -> Any:
    """recveil_fold_rank() with addresses for arguments; it releases the interpreter lock and returns
    its status."""
    function = c.CDLL(PATH).recveil_fold_rank
    function.restype = c.c_int32
    size, pointer = c.c_size_t, c.c_void_p
    function.argtypes = [pointer, pointer, pointer, size, pointer, pointer, pointer, pointer, pointer,
                         size]
    return function


RANK = _ranker()


def fail(function: str, status: int) -> errors.RecveilError:
    """The exception of a call through HELD that failed."""
    text = HELD.recveil_last_error().decode("utf-8", "replace")
    return errors.of_status(function, status, text)


class Handle:
    """Owns one C object. Every caller holds a reference for the length of the call, so the object
    is closed when the last running call ends, not in the middle of one.

    A forked child leaves its parent's journals alone (the C library does); engines may be shared.
    """

    _open: "weakref.WeakSet[Handle]" = weakref.WeakSet()

    def __init__(self, close: Callable[[Any], None], needs: Any = None) -> None:
        self.pointer = c.c_void_p()
        self.out = c.byref(self.pointer)
        self._close = close
        self._needs = needs
        Handle._open.add(self)

    def free(self) -> None:
        """Close the object now. Only for __del__ and for the end of a process without other threads."""
        pointer, self.pointer = self.pointer, c.c_void_p()
        if pointer:
            self._close(pointer)

    def __del__(self) -> None:
        if hasattr(self, "pointer"):
            self.free()


@atexit.register
def _close_all() -> None:
    """Before ctypes and its callbacks are torn down; journals before the engines they need.

    Another thread may be inside a call that nobody waits for: then nothing is closed under it, and
    what it uses outlives the interpreter. The end of the process frees it all.
    """
    left = sorted(Handle._open, key=lambda handle: handle._needs is None)
    if threading.active_count() > 1:
        for kept in (*left, *_lent.values(), RELEASE):
            c.pythonapi.Py_IncRef(c.py_object(kept))
        return
    for handle in left:
        handle.free()


_lent: Dict[int, Any] = {}
_tickets = itertools.count(1)


def _given_back(ticket: Optional[int]) -> None:
    loan = _lent.pop(ticket or 0, None)
    if loan is not None:
        loan.end()


RELEASE = c.CFUNCTYPE(None, c.c_void_p)(_given_back)
"""The one release callback of the process; its context is a ticket."""


_frozen: Dict[int, List[Any]] = {}  # id of an array -> [how many loans, the array]
_frozen_lock = threading.RLock()


def _with_bases(arrays: Iterable[Any]) -> Iterable[Any]:
    """The arrays, and those that they are views of: a trainer writes to these."""
    for array in arrays:
        while hasattr(array, "flags"):
            yield array
            array = array.base


class Loan:
    """Things that the library borrows until it gives them back. Arrays are read-only meanwhile: a
    trainer that went on in place would mix two models, and raises now."""

    def __init__(self, things: Any, arrays: Iterable[Any] = ()) -> None:
        self.things = things
        self.arrays = []
        self.ticket = next(_tickets)
        with _frozen_lock:
            for array in _with_bases(arrays):
                if id(array) in _frozen:
                    _frozen[id(array)][0] += 1
                elif array.flags.writeable:
                    array.flags.writeable = False
                    _frozen[id(array)] = [1, array]
                else:
                    continue
                self.arrays.append(array)
        _lent[self.ticket] = self

    def end(self) -> None:
        """The library has given the things back."""
        with _frozen_lock:
            for array in self.arrays:
                _frozen[id(array)][0] -= 1
            self.arrays = []
            free = [array for count, array in _frozen.values() if count == 0]
            while free:  # a view may be written when its base may, which another loan can still hold
                held = []
                for array in free:
                    try:
                        array.flags.writeable = True
                        del _frozen[id(array)]
                    except ValueError:
                        held.append(array)
                free = held if len(held) < len(free) else []


class Text:
    """A buffer of the library that a C function fills: no Python code runs inside the call."""

    def __init__(self) -> None:
        self._handle = Handle(LIB.recveil_buffer_close)
        LIB.recveil_buffer_open(self._handle.out)
        self.write = c.cast(LIB.recveil_buffer_write, abi.recveil_write_fn)
        self.context = self._handle.pointer

    def read(self) -> bytes:
        """What was written so far."""
        start, size = c.c_void_p(), c.c_size_t()
        LIB.recveil_buffer_bytes(self._handle.pointer, c.byref(start), c.byref(size))
        return c.string_at(start, size.value)


def text_of(function: Callable[..., Any], *arguments: Any) -> bytes:
    """Call a function whose last two arguments are a write callback and its context."""
    text = Text()
    function(*arguments, text.write, text.context)
    return text.read()


class LongCall:
    """A call that Ctrl-C, or a progress function that returns False, stops within 100 ms.

    The call runs on a thread of its own, because a signal that arrives inside a C call is only
    seen when that call ends. The main thread waits on an event and not in join(), which takes a
    running thread for a finished one after an interrupt; arrays stay borrowed until the call ends.
    """

    def __init__(self, progress: Optional[Progress] = None) -> None:
        self._cancel = c.c_int32(0)
        self._progress = progress
        self._failed: List[BaseException] = []
        self._thunk = abi.recveil_progress_fn(self._hear) if progress else abi.recveil_progress_fn()
        self.struct = abi.recveil_progress(fn=self._thunk, cancel=c.addressof(self._cancel))

    def _hear(self, _context: Any, fraction: float, what: Optional[bytes]) -> int:
        try:
            assert self._progress is not None
            return int(self._progress(fraction, (what or b"").decode("utf-8", "replace")) is False)
        except BaseException as error:  # goes to the caller, not to ctypes, which would drop it
            self._failed.append(error)
            return 1

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call the function with these arguments, one of which has `struct`."""
        outcome: List[Any] = []
        raised: List[BaseException] = []
        done = threading.Event()

        def work() -> None:
            try:
                outcome.append(function(*arguments))
            except BaseException as error:
                raised.append(error)
            finally:
                done.set()

        interrupt: Optional[BaseException] = None
        if threading.current_thread() is threading.main_thread():
            thread = threading.Thread(target=work, name="recveil", daemon=True)
            thread.start()
            while not done.is_set():
                try:
                    done.wait()
                except BaseException as error:  # KeyboardInterrupt, or what a handler raises
                    self._cancel.value = 1
                    interrupt = interrupt or error
        else:
            work()
        if interrupt is not None:
            raise interrupt
        if self._failed:
            raise self._failed[0]
        if raised:
            raise raised[0]
        return outcome[0]
