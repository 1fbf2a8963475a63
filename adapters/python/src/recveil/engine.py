"""The engine: configuration, keys, what was published, and the answers to requests."""
from __future__ import annotations

import ctypes as c
import json
import os
import threading
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi
from recveil._hot import (EXCLUDE, FEW, FILLED, ITEMS, K, N_EXCLUDE, N_HISTORY, N_HOST, N_ITEMS, PATH,
                          PERSON, SIZE, USER, WEIGHTS, Hot)
from recveil._lib import HELD, LIB, RANK, RELEASE, ROUTE, SERVE, Handle, Loan, fail, text_of
from recveil.errors import ArgumentError, ArrayTypeError, StateError
from recveil.folds import FoldModel
from recveil.serving import (Decision, Info, Page, Pages, Path, Recommendation, Slate, decision_of)

UserId = Union[int, str, bytes]
"""A user: a number in [0, 2^64), or text, which is hashed with the engine's key. 7 and "7" are two
users."""

_SETS = {"members": abi.RECVEIL_USERS_MEMBERS, "quarantined": abi.RECVEIL_USERS_QUARANTINED,
         "erased": abi.RECVEIL_USERS_ERASED}
_CHANGES = {"replace": abi.RECVEIL_SET_REPLACE, "add": abi.RECVEIL_SET_ADD,
            "remove": abi.RECVEIL_SET_REMOVE}
_MEMBERSHIP = {"ask": abi.RECVEIL_MEMBERSHIP_ASK, "member": abi.RECVEIL_MEMBERSHIP_MEMBER,
               "nonmember": abi.RECVEIL_MEMBERSHIP_NONMEMBER}
def chosen(given: str, among: Mapping[str, int], name: str) -> int:
    """The number of a word, or an error that lists the words."""
    if given not in among:
        raise ArgumentError(f"{name}: {given!r} is none of {', '.join(map(repr, among))}")
    return among[given]


class Engine:
    """Configuration, keys and what was published. Share one between all threads and forks.

    Closed by close(), by leaving a `with` block, or when nothing refers to it: the C engine ends
    when the last running call does.

    Args:
        config: a mapping, YAML text, or the path of a file (os.PathLike, or a text that ends in
            .yaml or .yml). docs/configuration.md lists the keys
        log: called with ("error" | "warning" | "info", line); no line holds an id
    Raises:
        ConfigError: names file, line and key;  StorageError: the key file, the state_dir
    """

    def __init__(self, config: Union[str, "os.PathLike[str]", Mapping[str, Any]], *,
                 log: Optional[Callable[[str, str], None]] = None) -> None:
        self._hot = Hot()
        self._version_lock = threading.Lock()
        self._pools: Dict[int, NDArray[np.uint32]] = {}
        handle = Handle(LIB.recveil_engine_close)
        options = None
        if log is not None:
            told = log

            def hear(_context: Any, level: int, line: bytes) -> None:
                told(("", "error", "warning", "info")[level], line.decode("utf-8", "replace"))
            thunk = abi.recveil_log_fn(hear)
            handle.keeps = thunk  # type: ignore[attr-defined]
            options = c.byref(abi.recveil_engine_options(log=thunk))
        if isinstance(config, Mapping):
            config = json.dumps(config)  # JSON is YAML
        if isinstance(config, os.PathLike) or config.endswith((".yaml", ".yml")):
            LIB.recveil_engine_open_file(os.fsencode(config), options, handle.out)
        else:
            text = config.encode()
            LIB.recveil_engine_open(text, len(text), options, handle.out)
        self._handle: Optional[Handle] = handle

    def close(self) -> None:
        """Accept no more calls. What runs ends first; then keys are wiped and arrays given back."""
        self._handle = None

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _live(self) -> Handle:
        handle = self._handle
        if handle is None:
            raise StateError("the engine is closed", "Engine")
        return handle

    # ids

    def user(self, user: UserId) -> int:
        """The number of a user.

        Raises:
            ArgumentError: a number below 0 or above 2^64 - 1, or empty text
        """
        if isinstance(user, (str, bytes)):
            text, out = user.encode() if isinstance(user, str) else user, c.c_uint64()
            handle = self._live()
            status = HELD.recveil_user_from_bytes(handle.pointer, text, len(text), c.addressof(out))
            if status:
                raise fail("recveil_user_from_bytes", status)
            return out.value
        try:
            number = user.__index__()
        except AttributeError:
            raise ArrayTypeError(f"user: {type(user).__name__} is neither a number nor text") from None
        if not 0 <= number < 1 << 64:
            raise ArgumentError(f"user: {number} is not in [0, 2^64)")
        return number

    def users(self, ids: Union[NDArray[Any], Sequence[UserId]]) -> NDArray[np.uint64]:
        """(n,) uint64: the numbers of many users, of integers or of text."""
        if isinstance(ids, np.ndarray) and ids.dtype.kind in "iu":
            return _arrays.vector(ids, np.uint64, "users")
        listed = list(ids)
        if listed and all(isinstance(one, (str, bytes)) for one in listed):
            text, offsets = _arrays.packed(listed, "users")
            out = np.empty(len(listed), np.uint64)
            LIB.recveil_users_from_bytes(self._live().pointer, text, offsets, len(listed), out)
            return out
        return np.array([self.user(one) for one in listed], np.uint64)

    def folds_of(self, persons: Union[NDArray[Any], Sequence[UserId]]) -> NDArray[np.uint16]:
        """(n,) uint16: the fold of each person. Model f must not see those with fold f."""
        numbers = self.users(persons)
        out = np.empty(len(numbers), np.uint16)
        LIB.recveil_folds_of(self._live().pointer, numbers, len(numbers), out)
        return out

    # publish

    def publish_popularity(self, counts: Any, items: Any = None) -> None:
        """Publish how many members took each item.

        Args:
            counts: (n,) integers; members only
            items: (n,) integers: their numbers; None: 0, 1, 2, ...
        """
        counted = _arrays.vector(counts, np.uint64, "counts")
        numbers = None if items is None else _arrays.vector(items, np.uint32, "items", len(counted))
        LIB.recveil_publish_popularity(self._live().pointer, abi.recveil_popularity(
            counts=counted, items=numbers, n_items=len(counted)))

    def publish_users(self, which: str, users: Union[NDArray[Any], Sequence[UserId]],
                      change: str = "replace") -> None:
        """Change a set of users.

        Args:
            which: "members", "quarantined" or "erased"
            users: numbers or text
            change: "replace", "add" or "remove"
        """
        numbers = self.users(users)
        LIB.recveil_publish_users(self._live().pointer, chosen(which, _SETS, "which"),
                                  chosen(change, _CHANGES, "change"), numbers, len(numbers))

    def publish_folds(self, models: Sequence[FoldModel], *, version: Optional[int] = None,
                      accept_changes: bool = False) -> int:
        """Publish all models of a version, together or not at all.

        Args:
            models: one for each of serving.folds; models[f] never saw the users of fold f. Their
                arrays are read-only until two later versions are published or the engine is closed
            version: above all before; None: the next
            accept_changes: publish although a watched item changed (serving.watch_items)
        Returns:
            the version
        Raises:
            ArgumentError: also if the samples say that the weights are not the trainer's
            HeldError: a watched item changed and serving.watch_items.on_change is hold
        """
        handle = self._live()
        with self._version_lock:
            if version is None:
                version = self.info().model_version + 1
            structs = (abi.recveil_fold_model * len(models))(*[model.struct for model in models])
            arrays = [array for model in models for array in model.arrays]
            loan = Loan((list(models), structs), arrays)
            LIB.recveil_publish_folds(handle.pointer, abi.recveil_folds(
                n_folds=len(models), model_version=version, models=structs, ctx=loan.ticket,
                release=RELEASE,
                flags=abi.RECVEIL_FOLDS_ACCEPT_CHANGES if accept_changes else 0))
        return version

    # serve

    def route(self, user: UserId, *, n_history: int = 0, person: UserId = 0,
              membership: str = "ask", page: Page = Page()) -> Decision:
        """Decide what a user is shown, before anything is scored.

        Args:
            user: number or text
            n_history: interactions known of the user; only cross_fit looks at it
            person: the person or household behind the account; 0: the user
            membership: "ask" looks the user up; "member", "nonmember"
            page: of the first page's decision, to continue its list
        """
        request = abi.recveil_request(
            user=self.user(user), person=self.user(person), n_history=n_history,
            membership=chosen(membership, _MEMBERSHIP, "membership"), epoch=page.epoch,
            pool_version=page.pool_version, model_version=page.model_version)
        out = abi.recveil_decision()
        LIB.recveil_route(self._live().pointer, request, out)
        return decision_of(out)

    def route_fast(self, user: int, n_history: int, person: int = 0, n_host: int = 0) -> int:
        """Page 1 of a user whose number is known, for adapters: returns the path. The decision
        stays with this thread until its next call, for decided() and count_host(). n_host: how many
        items a list of path HOST will surely have; it is counted at once, while what counts is in the
        caches. 0: count_host() counts it."""
        handle = self._handle
        if handle is None:
            raise StateError("the engine is closed", "Engine")
        longs, ints, request_at, decision_at = self._hot.route
        try:
            longs[USER], longs[PERSON], ints[N_HISTORY] = user, person, n_history
        except ValueError:
            raise ArgumentError(f"user, person or n_history: {user}, {person} or {n_history} is below 0 or "
                                "too large") from None
        status = ROUTE(handle.pointer, request_at, decision_at)
        if status:
            raise fail("recveil_route", status)
        path: int = ints[PATH]
        if n_host and path == abi.RECVEIL_PATH_HOST:
            self.count_host(n_host, n_host)
        return path

    def decided(self) -> Decision:
        """What this thread's last route_fast() decided."""
        return decision_of(self._hot.decision)

    def count_host(self, n: int, k: int) -> int:
        """Count that the list of this thread's last route_fast() was shown, of n items for k places.
        Returns how many of them to show."""
        handle = self._handle or self._live()
        ints, decision_at, page_at, slate_at = self._hot.serve
        ints[N_HOST], ints[K] = n, k if k < FEW else FEW
        status = SERVE(handle.pointer, decision_at, page_at, slate_at)
        if status:
            raise fail("recveil_serve", status)
        filled: int = ints[FILLED]
        return filled

    def fold_rank(self, history: NDArray[np.uint32], k: int,
                  weights: Optional[NDArray[np.float32]] = None, exclude: Any = None
                  ) -> Tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """(items, scores): the k best for a history, as this thread's last route_fast() decided, on
        path FOLD.

        Args:
            history: (n,) uint32, contiguous;  weights: (n,) float32, None: the model's own
            exclude: (m,) integers: items not to show, besides those of the history
        Raises:
            StateError: two versions were published meanwhile; route again
        """
        handle, hot = self._live(), self._hot
        n, longs = len(history), hot.longs
        hidden = None if exclude is None else _arrays.vector(exclude, np.uint32, "exclude")
        longs[ITEMS] = history.__array_interface__["data"][0]
        longs[N_ITEMS] = n
        longs[WEIGHTS] = 0 if weights is None else weights.ctypes.data
        longs[EXCLUDE] = 0 if hidden is None else hidden.ctypes.data
        longs[N_EXCLUDE] = 0 if hidden is None else len(hidden)
        items, scores, items_at, scores_at = hot.items, hot.scores, hot.items_at, hot.scores_at
        if k > FEW:
            items, scores = np.empty(k, np.uint32), np.empty(k, np.float32)
            items_at, scores_at = items.ctypes.data, scores.ctypes.data
        where = handle.pointer, hot.decision_at, hot.known_at, k, items_at, scores_at, hot.size_at, None
        status = RANK(*where, hot.space_at, hot.space.nbytes)
        if status == abi.RECVEIL_E_BUFFER:
            self._scratch(handle, n if hidden is None else n + len(hidden), k)
            status = RANK(*where, hot.space_at, hot.space.nbytes)
        if status:
            raise fail("recveil_fold_rank", status)
        n = self.count_host(longs[SIZE], k)
        return items[:n].copy(), scores[:n].copy()

    def _scratch(self, handle: Handle, n_history: int, k: int) -> None:
        """Make this thread's scratch as large as a call needs."""
        hot = self._hot
        status = HELD.recveil_fold_scratch_size(handle.pointer, 1, n_history, k, hot.size_at)
        if status:
            raise fail("recveil_fold_scratch_size", status)
        hot.scratch(hot.longs[SIZE])

    def route_batch(self, users: NDArray[np.uint64], n_history: NDArray[np.uint32]) -> Pages:
        """route() for many users against one snapshot: paths, reasons, folds and page of Pages."""
        n = len(users)
        out = Pages(np.zeros((n, 0), np.uint32), np.zeros((n, 0), np.float32), np.zeros(n, np.uint32),
                    np.zeros(n, np.uint32), np.zeros(n, np.uint32), np.zeros(n, np.uint16), Page())
        batch = abi.recveil_batch(n_users=n, users=users, n_history=n_history, paths=out.paths,
                                  reasons=out.reasons, folds=out.folds)
        LIB.recveil_route_batch(self._live().pointer, batch)
        return out._replace(page=Page(batch.pool_version, batch.model_version, batch.epoch))

    def count_batch(self, users: NDArray[np.uint64], pages: Pages, which: NDArray[np.int64],
                    n_host: int, k: int) -> None:
        """Count that lists of n_host items were shown to some users of a batch, in k places."""
        numbers, paths = users[which], pages.paths[which]
        filled, places = np.zeros(len(which), np.uint32), np.zeros((len(which), k), np.uint32)
        lengths = np.full(len(which), n_host, np.uint32)
        LIB.recveil_serve_batch(self._live().pointer, abi.recveil_batch(
            n_users=len(which), users=numbers, paths=paths, n_host=lengths, k=k, n_filled=filled,
            positions=places, pool_version=pages.page.pool_version, epoch=pages.page.epoch,
            model_version=pages.page.model_version))

    def serve(self, decision: Decision, n_host: int, k: int, *, offset: int = 0,
              seen: Any = None) -> Slate:
        """Fill a page of the list of a routed user.

        Args:
            decision: of route()
            n_host: length of the host's ranked list; 0 on path POOL
            k, offset: places on the page, and the first of them
            seen: (n,) integers: positions not to show, of the list that the path names
        """
        out = np.empty(k, np.uint32)
        hidden = None if seen is None else _arrays.vector(seen, np.uint32, "seen")
        slate = abi.recveil_slate(positions=out)
        page = abi.recveil_page(n_host=n_host, offset=offset, k=k, seen=hidden,
                                n_seen=0 if hidden is None else len(hidden))
        LIB.recveil_serve(self._live().pointer, decision.struct(), page, slate)
        return Slate(out[:slate.n_filled], slate.pool_version)

    def pool(self, version: int = 0) -> NDArray[np.uint32]:
        """(n,) uint32, read-only: the items of a published pool by position. 0: the newest."""
        if version in self._pools:
            return self._pools[version]
        handle, n, found = self._live(), c.c_size_t(), c.c_uint64()
        out = np.empty(0, np.uint32)
        while True:  # it may grow between the two calls
            try:
                LIB.recveil_pool_read(handle.pointer, version, out, len(out), c.byref(n),
                                      c.byref(found))
            except BufferError:
                pass
            if n.value <= len(out):
                break
            out = np.empty(n.value, np.uint32)
        out = out[:n.value]
        out.flags.writeable = False
        if len(self._pools) > 4:
            self._pools = {}
        self._pools[found.value] = out
        return out

    def recommend(self, user: UserId, history: Any, k: int = 10, *, offset: int = 0,
                  weights: Any = None, exclude: Any = None, person: UserId = 0,
                  membership: str = "ask", page: Page = Page()) -> Recommendation:
        """A page of a user's list, in one call.

        Args:
            user: number or text
            history: (n,) integers: items known of the user now
            k, offset: places on the page, and the first of them
            weights: (n,) float32 above 0: of the history; None: the model's own
            exclude: (m,) integers: items not to show, besides those of the history
            person, membership, page: as for route()
        Returns:
            items, scores and the decision. On path HOST there are none: score, then serve()
        Raises:
            ArgumentError, StateError, DataError: as recommend.h says
        """
        items = _arrays.vector(history, np.uint32, "history")
        weighed = None if weights is None else _arrays.vector(
            weights, np.float32, "weights", len(items))
        hidden = np.empty(0, np.uint32) if exclude is None else _arrays.vector(
            exclude, np.uint32, "exclude")
        request = abi.recveil_recommend_request(
            user=self.user(user), person=self.user(person), offset=offset, k=k,
            membership=chosen(membership, _MEMBERSHIP, "membership"), epoch=page.epoch,
            pool_version=page.pool_version, model_version=page.model_version)
        known = request.history
        known.items, known.weights, known.n_items = items, weighed, len(items)
        known.exclude, known.n_exclude = hidden, len(hidden)
        return self._recommend(request, k)

    def _recommend(self, request: abi.recveil_recommend_request, k: int) -> Recommendation:
        handle, hot = self._live(), self._hot
        known = request.history
        self._scratch(handle, known.n_items + known.n_exclude, request.offset + k)
        items, scores, n = np.empty(k, np.uint32), np.empty(k, np.float32), c.c_size_t()
        out = abi.recveil_decision()
        LIB.recveil_recommend(handle.pointer, request, out, items, scores, c.byref(n), hot.space,
                              hot.space.nbytes)
        return Recommendation(items[:n.value], scores[:n.value], decision_of(out))

    def recommend_batch(self, users: Union[NDArray[Any], Sequence[UserId]],
                        histories: _arrays.Histories, k: int = 10, *, offset: int = 0,
                        weighted: bool = False, exclude: Optional[_arrays.Histories] = None,
                        persons: Any = None, page: Page = Page()) -> Pages:
        """recommend() for many users against one snapshot; each page has the bits of a single call.

        Args:
            users: n numbers or texts
            histories: of n rows; see recveil.Histories
            weighted: take the entries of a sparse matrix as weights of the history
            exclude: of n rows: items not to show, besides those of the history
            persons: n numbers or texts; None: the users
        """
        numbers, n = self.users(users), len(users)
        known = _arrays.histories(histories, n=n, weighted=weighted)
        hidden = None if exclude is None else _arrays.histories(exclude, "exclude", n=n)
        out = Pages(np.zeros((n, k), np.uint32), np.zeros((n, k), np.float32),
                    np.zeros(n, np.uint32), np.zeros(n, np.uint32), np.zeros(n, np.uint32),
                    np.zeros(n, np.uint16), page)
        batch = abi.recveil_recommend_pages(
            n_users=n, users=numbers, persons=None if persons is None else self.users(persons),
            history_offsets=known.offsets, history_items=known.items,
            history_weights=known.weights,
            exclude_offsets=None if hidden is None else hidden.offsets,
            exclude_items=None if hidden is None else hidden.items,
            pool_version=page.pool_version, model_version=page.model_version, epoch=page.epoch,
            offset=offset, k=k, paths=out.paths, reasons=out.reasons, folds=out.folds,
            n_filled=out.n_filled, items=out.items, scores=out.scores)
        LIB.recveil_recommend_batch(self._live().pointer, batch, None, 0)
        return out._replace(page=Page(batch.pool_version, batch.model_version, batch.epoch))

    def fold_in(self, users: Union[NDArray[Any], Sequence[UserId]],
                histories: _arrays.Histories, d: int, *, persons: Any = None,
                weighted: bool = False, erased: bool = True) -> NDArray[np.float32]:
        """(n, d) float32: rows of users on the model that never saw their fold.

        Args:
            users: n numbers or texts;  histories: of n rows;  d: factors of the model
            weighted: take the entries of a sparse matrix as weights of the history
            erased: apply the standing erasures of the users; False is for fitting maps only
        """
        numbers = self.users(users)
        known = _arrays.histories(histories, n=len(numbers), weighted=weighted)
        folds = self.folds_of(numbers if persons is None else persons)
        rows = np.zeros((len(numbers), d), np.float32)
        LIB.recveil_fold_in_batch(self._live().pointer, 0, numbers if erased else None, folds,
                                  len(numbers), known.offsets, known.items, known.weights, rows, d,
                                  None, 0)
        return rows

    # operate

    def metrics(self) -> str:
        """All metrics in the Prometheus text format, of all processes forked after opening."""
        return text_of(LIB.recveil_metrics_write, self._live().pointer).decode()

    def info(self) -> Info:
        """The state of the engine."""
        out = abi.recveil_engine_info()
        LIB.recveil_engine_get_info(self._live().pointer, out)
        return Info(*[getattr(out, field) for field in Info._fields])

    def refresh(self) -> bool:
        """Take over what another process published to the same state_dir. True if it was newer."""
        changed = c.c_uint32()
        LIB.recveil_engine_refresh(self._live().pointer, c.byref(changed))
        return bool(changed.value)

    def reload(self, config: Union[str, "os.PathLike[str]", Mapping[str, Any]]) -> None:
        """Replace the configuration, all of it or, on error, none."""
        handle = self._live()
        if isinstance(config, Mapping):
            config = json.dumps(config)
        if isinstance(config, os.PathLike) or config.endswith((".yaml", ".yml")):
            LIB.recveil_engine_reload_file(handle.pointer, os.fsencode(config))
        else:
            text = config.encode()
            LIB.recveil_engine_reload(handle.pointer, text, len(text))

    def start(self) -> None:
        """Start the listener that metrics.listen configures; after forking, in one process."""
        LIB.recveil_engine_start(self._live().pointer)

    def accepted(self, users: Union[NDArray[Any], Sequence[UserId]]) -> NDArray[np.bool_]:
        """(n,) bool: who counts: everybody who is not quarantined."""
        numbers = self.users(users)
        mask = np.empty(len(numbers), np.uint8)
        LIB.recveil_screen_accepted(self._live().pointer, numbers, len(numbers), mask)
        return mask.view(np.bool_)

    def subjects(self, ids: Sequence[Union[str, bytes]]) -> NDArray[np.uint8]:
        """(n, 16) uint8: the subjects of people for the journal: keyed hashes of their ids."""
        text, offsets = _arrays.packed(list(ids), "ids")
        out = np.empty((len(offsets) - 1, 16), np.uint8)
        LIB.recveil_subjects_from_bytes(self._live().pointer, text, offsets, len(out), out)
        return out


def generate_key(path: Union[str, "os.PathLike[str]"]) -> None:
    """Make a new key file of 32 random bytes with mode 0600. Existing files are never overwritten.

    Raises:
        StorageError: also if it exists
    """
    LIB.recveil_key_generate(os.fsencode(path))


__all__: List[str] = ["Engine", "UserId", "generate_key", "Path"]
