"""The forget loop: deletion requests that are durable, verified, and stay done."""
from __future__ import annotations

import ctypes as c
import dataclasses
import enum
import json
import time
import uuid
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi
from recveil._lib import LIB, Handle, LongCall, Progress, text_of
from recveil.engine import Engine, UserId, chosen
from recveil.erase import METHODS, ErasureMap, stale_names
from recveil.errors import ArgumentError, StateError

_KINDS = {"erase": abi.RECVEIL_FORGET_ERASE, "attribute": abi.RECVEIL_FORGET_ATTRIBUTE,
          "rectify": abi.RECVEIL_FORGET_RECTIFY, "object": abi.RECVEIL_FORGET_OBJECT}
_REGULATIONS = {"none": 0, "gdpr": abi.RECVEIL_REGULATION_GDPR,
                "ccpa": abi.RECVEIL_REGULATION_CCPA, "other": abi.RECVEIL_REGULATION_OTHER}
_LABELS = {"": 0, "leace": abi.RECVEIL_LABELS_LEACE, "sealed": abi.RECVEIL_LABELS_SEALED,
           "host": abi.RECVEIL_LABELS_HOST}
INDEX_STATES = {"none": 0, "rows_only": abi.RECVEIL_INDEX_ROWS_ONLY,
                "reassigned": abi.RECVEIL_INDEX_REASSIGNED, "rebuilt": abi.RECVEIL_INDEX_REBUILT}
_RESULTS = ("", "accepted", "already", "conflict")


class State(enum.IntEnum):
    """Where a request stands."""

    RECEIVED = abi.RECVEIL_FORGET_RECEIVED
    HELD = abi.RECVEIL_FORGET_HELD
    APPLYING = abi.RECVEIL_FORGET_APPLYING
    VERIFYING = abi.RECVEIL_FORGET_VERIFYING
    PUBLISHING = abi.RECVEIL_FORGET_PUBLISHING
    COMPLETED = abi.RECVEIL_FORGET_COMPLETED
    REJECTED = abi.RECVEIL_FORGET_REJECTED
    CANCELLED = abi.RECVEIL_FORGET_CANCELLED
    NOOP = abi.RECVEIL_FORGET_NOOP
    FAILED = abi.RECVEIL_FORGET_FAILED


@dataclasses.dataclass(frozen=True)
class Request:
    """A deletion request.

    Args:
        ids: the ids of one person as the tables name them, 1 to 256 texts
        kind: "erase" (rows become 0), "attribute", "rectify" or "object"
        users: the same person as routed; they go into the set of erased users. None: the ids
        attributes: names, for "attribute" and "rectify"
        id: the caller's UUID: submitting it again is safe
        regulation: "none", "gdpr", "ccpa" or "other"
        labels: where the class comes from next time: "leace", "sealed", "host"; "": as configured
    """

    ids: Sequence[str]
    kind: str = "attribute"
    users: Optional[Sequence[UserId]] = None
    attributes: Sequence[str] = ()
    id: uuid.UUID = dataclasses.field(default_factory=uuid.uuid4)
    regulation: str = "gdpr"
    labels: str = ""


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of embeddings as the host has it in memory.

    Args:
        name: the host's name of it: "user_factors"
        version: never the same for two trainings
        rows: (n, columns) float32 or float64, written in place
        ids: n texts: whose row it is
        attributes: what the bits and classes stand for, in the order of the map
        frozen_columns: last columns that are no embedding
        users: (n,) uint64 of engine.users(): for a map with cells alone
    """

    name: str
    version: int
    rows: NDArray[Any]
    ids: Sequence[str]
    attributes: Sequence[str] = ()
    frozen_columns: int = 0
    users: Optional[NDArray[np.uint64]] = None


class Plan(NamedTuple):
    """The rows that owe something."""

    rows: NDArray[np.int64]  # indices, rising
    actions: NDArray[np.uint8]  # abi.RECVEIL_ROW_*
    attributes: NDArray[np.uint16]  # bit a: attribute a is to be taken out now
    asked: NDArray[np.uint16]  # bit a: apply() must be told its class, if the map needs classes
    n_unlisted: int


class Written(NamedTuple):
    """What apply() wrote."""

    attempt: int  # for ack(); 0: nothing was owed
    stale: List[str]
    n_mapped: int
    n_skipped: int
    n_no_class: int
    n_wrong_map: int
    n_resurrected: int
    shift: float


class Acked(NamedTuple):
    """What ack() read back."""

    n_confirmed: int
    n_unwritten: int
    n_resurrected: int
    n_unknown: int
    n_left: int
    n_verifying: int


class Journal:
    """The journal that forget.journal of the engine's configuration names.

    One process owns a journal, and one handle in it. With wait above 0, opening tries again for so
    many seconds while another process owns it.

    Raises:
        StateError: owned by another process;  DataError: damaged or tampered with
    """

    def __init__(self, engine: Engine, *, read_only: bool = False, verify: bool = True,
                 wait: float = 0.0) -> None:
        self.engine = engine
        flags = (abi.RECVEIL_FORGET_READ_ONLY * read_only | abi.RECVEIL_FORGET_NO_VERIFY * (not verify))
        deadline, pause = time.monotonic() + wait, 0.002
        while True:
            handle = Handle(LIB.recveil_forget_close, engine._live())
            try:
                LIB.recveil_forget_open(engine._live().pointer, abi.recveil_forget_options(flags=flags),
                                        handle.out)
                break
            except StateError:
                if time.monotonic() + pause > deadline:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, 0.05)
        self._handle: Optional[Handle] = handle

    def close(self) -> None:
        """Close it when the last running call ends; nothing is lost without it."""
        self._handle = None

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pointer(self) -> Any:
        handle = self._handle
        if handle is None:
            raise StateError("the journal is closed", "Journal")
        return handle.pointer

    def submit(self, *requests: Request) -> List[str]:
        """Accept requests durably, all or none: "accepted", "already" or "conflict" of each.

        Raises:
            ArgumentError: names the request;  StorageError: submit the same again
        """
        structs: List[Any] = []
        for request in requests:
            subjects = self.engine.subjects(request.ids)
            users = self.engine.users(list(request.ids if request.users is None else request.users))
            names = _arrays.names_of(request.attributes)
            struct = abi.recveil_forget_request(
                kind=chosen(request.kind, _KINDS, "kind"),
                regulation=chosen(request.regulation, _REGULATIONS, "regulation"),
                label_policy=chosen(request.labels, _LABELS, "labels"),
                n_subjects=len(subjects), n_users=len(users), users=users,
                subjects=subjects,
                n_attributes=len(request.attributes),
                attributes=names if request.attributes else None)
            struct.id.bytes[:] = request.id.bytes
            struct.__dict__["kept"] = (subjects, users, names)
            structs.append(struct)
        pointers = (c.POINTER(abi.recveil_forget_request) * len(structs))(*map(c.pointer, structs))
        results = np.zeros(max(1, len(structs)), np.uint8)
        LIB.recveil_forget_submit(self._pointer(), c.cast(pointers, c.c_void_p), len(structs), results)
        return [_RESULTS[result] for result in results[:len(structs)]]

    def _table(self, table: Table, *, writes: bool) -> Tuple[abi.recveil_forget_table, Any]:
        subjects = self.engine.subjects(table.ids)
        if len(subjects) != len(table.rows):
            raise ArgumentError(f"table.ids: {len(subjects)}, rows: {len(table.rows)}")
        view = _arrays.matrix(table.rows, "table.rows", writes=writes,
                              frozen_columns=table.frozen_columns)
        names = _arrays.names_of(table.attributes)
        users = None if table.users is None else _arrays.vector(
            table.users, np.uint64, "table.users", len(table.rows))
        struct = abi.recveil_forget_table(
            users=users, name=table.name.encode(), model_version=table.version, rows=view, subjects=subjects,
            n_attributes=len(table.attributes), attributes=names if table.attributes else None)
        return struct, (subjects, view, names)

    def plan(self, table: Table, *, progress: Optional[Progress] = None) -> Plan:
        """Find the rows that owe something; it changes nothing."""
        struct, _kept = self._table(table, writes=False)
        n, call = len(table.rows), LongCall(progress)
        rows, actions = np.zeros(n, np.uint64), np.zeros(n, np.uint8)
        asked, owed = np.zeros(n, np.uint16), np.zeros(n, np.uint16)
        out = abi.recveil_forget_plan_rows(capacity=n, rows=rows, actions=actions, asked=asked,
                                           attributes=owed)
        call.run(LIB.recveil_forget_plan, self._pointer(), struct, out, call.struct)
        found = out.n_rows
        return Plan(rows[:found].astype(np.int64), actions[:found], owed[:found], asked[:found],
                    out.n_unlisted)

    def apply(self, table: Table, rows: Any = None, erasure: Optional[ErasureMap] = None,
              classes: Any = None, *, progress: Optional[Progress] = None) -> Written:
        """Take out what is owed, in place; the journal is durable before the first row is written.

        Args:
            rows: indices as plan() gave them; None: all rows
            erasure: fitted on this table; None: only whole persons are handled
            classes: (n,) or (n, n_attributes) of the rows named; None: the journal has them
        """
        struct, _kept = self._table(table, writes=True)
        named = np.arange(len(table.rows)) if rows is None else rows
        numbers = _arrays.vector(named, np.uint64, "rows")
        told = None if classes is None else _arrays.classes_of(classes, len(numbers))
        out, call = abi.recveil_forget_applied(), LongCall(progress)
        call.run(LIB.recveil_forget_apply, self._pointer(), struct, numbers, len(numbers),
                 None if erasure is None else erasure._handle.pointer, told, out, call.struct)
        return Written(out.attempt, stale_names(out.stale), out.n_mapped, out.n_skipped,
                       out.n_no_class, out.n_wrong_map, out.n_resurrected, out.shift)

    def ack(self, table: Table, attempt: int, *, progress: Optional[Progress] = None) -> Acked:
        """Read the rows of an attempt back, from the table as it was stored and will be served."""
        struct, _kept = self._table(table, writes=False)
        out, call = abi.recveil_forget_acked(), LongCall(progress)
        call.run(LIB.recveil_forget_ack, self._pointer(), attempt, struct, out, call.struct)
        return Acked(*[getattr(out, field) for field in Acked._fields])

    def evidence(self, ids: Optional[Sequence[uuid.UUID]] = None,
                 audit: Optional[abi.recveil_attribute_evidence] = None) -> int:
        """Take the evidence of an attribute audit (Report.evidence) into the receipts.

        Args:
            ids: requests that are VERIFYING; None: all that the evidence fits
            audit: None for "erase" and "object", which need none
        Returns:
            how many requests went to PUBLISHING
        """
        advanced = c.c_size_t()
        packed = None if ids is None else np.frombuffer(b"".join(i.bytes for i in ids), np.uint8)
        LIB.recveil_forget_evidence(self._pointer(), packed, 0 if ids is None else len(ids),
                                    audit, c.byref(advanced))
        return advanced.value

    def complete(self, request: uuid.UUID, *, method: str = "",
                 rebuilt: Optional[Dict[str, int]] = None, index: Optional[Dict[str, str]] = None,
                 not_touched: Sequence[str] = ()) -> Dict[str, Any]:
        """The new table is served: close a request and sign its receipt.

        Args:
            method: of the erasure; "": none
            rebuilt: RECVEIL_STALE_* bits that were computed anew, by table
            index: "none", "rows_only", "reassigned" or "rebuilt", by table
            not_touched: what still has the data: "backups until 2027-02"
        Returns:
            {"receipt": {...}, "signature": "..."}
        """
        rebuilt, index = rebuilt or {}, index or {}
        tables = sorted(set(rebuilt) | set(index))
        facts = (abi.recveil_forget_table_facts * len(tables))()
        for fact, table in zip(facts, tables):
            fact.table, fact.rebuilt = table.encode(), rebuilt.get(table, 0)
            fact.index = chosen(index.get(table, "none"), INDEX_STATES, "index")
        notes = _arrays.names_of(not_touched)
        struct = abi.recveil_forget_facts(
            method=chosen(method, METHODS, "method") if method else 0, n_tables=len(tables),
            tables=c.cast(facts, c.POINTER(abi.recveil_forget_table_facts)),
            n_not_touched=len(not_touched), not_touched=notes)
        receipt = text_of(LIB.recveil_forget_complete, self._pointer(), _id(request), struct)
        return dict(json.loads(receipt))

    def receipt(self, request: uuid.UUID) -> bytes:
        """The receipt of a completed request, as it was signed."""
        return text_of(LIB.recveil_forget_receipt, self._pointer(), _id(request))

    def state(self, request: uuid.UUID) -> State:
        """Where a request stands. Raises NotFoundError."""
        out = abi.recveil_forget_info()
        LIB.recveil_forget_status(self._pointer(), _id(request), out)
        return State(out.state)

    def open_requests(self, state: int = 0) -> List[uuid.UUID]:
        """Requests, oldest first; state: one of State, 0: any."""
        found: List[uuid.UUID] = []
        cursor, n, page = c.c_uint64(), c.c_size_t(), np.zeros((1000, 16), np.uint8)
        while True:
            LIB.recveil_forget_list(self._pointer(), state, c.byref(cursor), page, 1000, c.byref(n))
            found += [uuid.UUID(bytes=page[i].tobytes()) for i in range(n.value)]
            if cursor.value == 0:
                return found

    def owes(self, ids: Sequence[Union[str, bytes]]) -> NDArray[np.uint8]:
        """(n,) uint8 of abi.RECVEIL_OWES_* bits: ask before a training, with any ids."""
        subjects = self.engine.subjects(ids)
        out = np.zeros(len(subjects), np.uint8)
        LIB.recveil_forget_owes(self._pointer(), subjects, len(subjects), out)
        return out

    def public_key(self) -> Tuple[bytes, int]:
        """The key that receipts are verified with, and its version."""
        key, version = np.zeros(32, np.uint8), c.c_uint32()
        LIB.recveil_forget_public_key(self._pointer(), key, c.byref(version))
        return key.tobytes(), version.value

    def verify(self, *, progress: Optional[Progress] = None) -> int:
        """Check the whole journal: the number of entries. Raises DataError with where it is bad."""
        out, call = abi.recveil_forget_report(), LongCall(progress)
        call.run(LIB.recveil_forget_verify, self._pointer(), 0, None, out, call.struct)
        return int(out.n_entries)


def verify_receipt(receipt: bytes, key: bytes) -> bool:
    """Whether this is a receipt, byte for byte as it was issued under that key."""
    try:
        LIB.recveil_receipt_verify(receipt, len(receipt), np.frombuffer(key, np.uint8))
        return True
    except ValueError:
        return False


def _id(request: uuid.UUID) -> abi.recveil_forget_id:
    out = abi.recveil_forget_id()
    out.bytes[:] = request.bytes
    return out

