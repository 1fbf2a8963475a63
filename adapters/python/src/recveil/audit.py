"""Audits: what an outsider can tell about people from what they were shown, or from their rows."""
from __future__ import annotations

import json
import tempfile
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi, tables
from recveil._lib import LIB, LongCall, Progress, Text
from recveil.engine import Engine
from recveil.errors import ArgumentError
from recveil.report import Report


class Population(NamedTuple):
    """People of one system, by row: integers, no ids.

    Args:
        histories: of n users; see recveil.Histories
        lists: of n users, best first: (n, k) integers (-1: no item), or rows as histories may be
        members: (n,) bool: whether the history trained the model
    """

    histories: _arrays.Histories
    lists: Any
    members: Any


def _lists(lists: Any, n: int) -> _arrays.Csr:
    if isinstance(lists, np.ndarray) and lists.ndim == 2:
        keep = lists >= 0
        offsets = np.concatenate([[0], np.cumsum(keep.sum(axis=1))])
        lists = (offsets, lists[keep])
    elif hasattr(lists, "tocsr"):
        raise ArgumentError("lists: a sparse matrix has no order; give (n, k) item numbers")
    return _arrays.histories(lists, "lists", n=n)


def _population(given: Population, n_items: int) -> Tuple[Any, Any]:
    known = _arrays.histories(given.histories)
    if given.lists is None:
        return abi.recveil_audit_population(
            n_users=len(known), n_items=n_items, history_offsets=known.offsets,
            history_items=known.items), known
    shown = _lists(given.lists, len(known))
    members = np.require(np.asarray(given.members).astype(np.bool_), np.uint8, ["C"])
    if len(members) != len(known):
        raise ArgumentError(f"members: {len(members)}, histories: {len(known)} rows")
    return abi.recveil_audit_population(
        n_users=len(known), n_items=n_items, history_offsets=known.offsets,
        history_items=known.items, list_offsets=shown.offsets, list_items=shown.items,
        members=members), (known, shown, members)


def _most(populations: Sequence[Any]) -> int:
    most = 0
    for struct, kept in populations:
        for csr in kept[:2] if isinstance(kept, tuple) else (kept,):
            most = max(most, int(csr.items.max(initial=0)) + 1, csr.n_items or 0)
    return most


def audit_population(target: Population, shadow: Optional[Population] = None,
                     auxiliary: Optional[_arrays.Histories] = None, *, n_items: int = 0,
                     seeds: int = 5, first_seed: int = 1, threads: int = 1,
                     engine: Optional[Engine] = None,
                     progress: Optional[Progress] = None) -> Report:
    """audit_lists() of people and items that are numbers already.

    Args:
        target: the people to attack, at least 50 members and 50 others
        shadow: other people, whose membership the attacker knows; None: halves of the target
        auxiliary: histories of people in neither, who show the attacker the items
        n_items: items are numbers below it; 0: the greatest number and one
        seeds, first_seed: runs of each attacker
        engine: whose metrics take the result over
    Raises:
        ArgumentError: names population, array and user;  Cancelled, KeyboardInterrupt
    """
    given = [_population(target, n_items)]
    if shadow is not None:
        given.append(_population(shadow, n_items))
    aside = None
    if auxiliary is not None:
        aside = _population(Population(auxiliary, None, None), n_items)
    most = n_items or _most(given + ([aside] if aside else []))
    for struct, _kept in given + ([aside] if aside else []):
        struct.n_items = most
    call, text = LongCall(progress), Text()
    options = abi.recveil_audit_options(
        n_threads=threads, n_seeds=seeds, first_seed=first_seed, progress=call.struct,
        auxiliary=aside[0] if aside else None,
        engine=None if engine is None else engine._live().pointer)
    call.run(LIB.recveil_audit_lists, given[0][0], given[1][0] if shadow is not None else None,
             options, text.write, text.context)
    return Report(json.loads(text.read()))


def audit_lists(histories: Any, lists: Any, members: Any, *, shadow: Optional[Tuple[Any, Any, Any]] = None,
                auxiliary: Any = None, seeds: int = 5, first_seed: int = 1, threads: int = 1,
                engine: Optional[Engine] = None, progress: Optional[Progress] = None) -> Report:
    """Can an outsider who knows what people took, and sees what they are shown, tell whose data
    trained the model? Works on what a system of any kind showed; nothing of it runs here.

    The tables may be pandas, Polars, PyArrow or anything with __arrow_c_stream__, a mapping of
    columns, or a NumPy array with two or three columns. Ids are texts or integers. Columns are
    found by name (user, item, rank, member), or else taken in that order.

    Args:
        histories: user, item: everything each person took
        lists: user, item, in the order of the places; or user, rank, item with ranks 1, 2, 3, ...
        members: user, member (1 or true: their history trained the model); or one column, or a
            sequence, of the users who are members
        shadow: three such tables of other people, whose membership the attacker knows
        auxiliary: user, item of people in neither
        seeds, first_seed, threads, engine, progress: as for audit_population()
    Returns:
        a Report: verdict, table(), to_html(), and a display of its own in notebooks
    Raises:
        DataError: names column and row;  ArgumentError;  KeyboardInterrupt
    """
    codes = tables.Codes()
    target = Population(*tables.population(histories, lists, members, codes))
    other = None if shadow is None else Population(*tables.population(*shadow, codes))
    aside = None if auxiliary is None else tables.rows_of(auxiliary, codes, "auxiliary")
    return audit_population(target, other, aside, n_items=codes.n_items, seeds=seeds,
                            first_seed=first_seed, threads=threads, engine=engine,
                            progress=progress)


def audit_attributes(before: NDArray[np.float32], classes: Any, names: Sequence[str], *,
                     after: Optional[NDArray[np.float32]] = None, requesters: Any = None,
                     lists: Optional[Tuple[Any, Any]] = None, n_items: int = 0, seeds: int = 3,
                     first_seed: int = 1, margin: float = 0.0, model_version: int = 0,
                     admit_leak: bool = False, engine: Optional[Engine] = None,
                     progress: Optional[Progress] = None) -> Report:
    """What can attackers still read of attributes from rows that were erased?

    Args:
        before: (n, d) float32: the rows as the model left them
        classes: (n,) or (n, n_attributes) integers; negative: not known
        names: of the attributes
        after: (n, d) float32 as served now; None: nothing was erased yet
        requesters: (n,) bool: the rows that were erased, at least 50; None: all
        lists: what each row was shown before and after, each (n, k) item numbers
        margin: an AUC within .5 +- margin is no leak; 0: .05
        model_version: of the rows, for Journal.evidence()
        admit_leak: let a receipt say that the audit found a leak
    Returns:
        a Report; its evidence goes to Journal.evidence()
    """
    view = _arrays.matrix(before, "before", writes=False, kinds=("float32",))
    if after is not None and (after.shape != before.shape or after.strides != before.strides):
        after = np.ascontiguousarray(after)
        before = np.ascontiguousarray(before)
        view = _arrays.matrix(before, "before", writes=False, kinds=("float32",))
    if after is not None:
        _arrays.matrix(after, "after", writes=False, kinds=("float32",))
    told = _arrays.classes_of(classes, len(before))
    counted = np.array([max(2, int(m) + 1) for m in told.max(axis=0, initial=1)], np.uint32)
    asked = None if requesters is None else np.require(
        np.asarray(requesters).astype(np.bool_), np.uint8, ["C"])
    texts = _arrays.names_of(names)
    shown = [_lists(one, len(before)) for one in lists or () if one is not None]
    most = n_items or max([int(one.items.max(initial=0)) + 1 for one in shown], default=0)
    struct = abi.recveil_audit_embeddings(
        n_rows=len(before), dimension=before.shape[1], row_stride=view.row_stride, before=before,
        after=after, requesters=asked, n_attributes=len(names), n_classes=counted, names=texts,
        classes=told, n_items=most, margin=margin)
    for name, one in zip(("before", "after"), shown):
        setattr(struct, f"{name}_offsets", one.offsets)
        setattr(struct, f"{name}_items", one.items)
    scores = (abi.recveil_attribute_score * (abi.RECVEIL_SCORES_PER_ATTRIBUTE * len(names)))()
    evidence = abi.recveil_attribute_evidence(
        n_attributes=len(names), attributes=texts, capacity=len(scores), scores=_first(scores),
        model_version=model_version, flags=abi.RECVEIL_EVIDENCE_ADMIT_LEAK * admit_leak)
    evidence.__dict__["array"] = (scores, texts)
    call, text = LongCall(progress), Text()
    options = abi.recveil_audit_options(
        n_seeds=seeds, first_seed=first_seed, progress=call.struct,
        engine=None if engine is None else engine._live().pointer)
    call.run(LIB.recveil_audit_attributes, struct, options, text.write, text.context, evidence)
    return Report(json.loads(text.read()), evidence)


def audit_injections(before: Any, after: Any, holders: Any, decoys: Sequence[Any], *,
                     margin: float = 0.05, engine: Optional[Engine] = None,
                     progress: Optional[Progress] = None) -> Report:
    """Did a test injection of yours expose who has an item? From the lists that your system, of any
    kind, served before and after it. For several injections give a list of each.

    Args:
        before: a table of user, rank, item (or user, item in the order of the places), as
            audit_lists() takes it
        after: the same people after the model was trained with the fakes; without the fakes
        holders: user, has (1 or true: has the sensitive item), of everybody
        decoys: the items that the fakes had next to the sensitive one
        margin: a share of the holders found that counts as no leak
        engine: whose metrics take the result over
    Raises:
        DataError: names file, line and field, the files being the tables in order;  ArgumentError
    """
    several = isinstance(before, (list, tuple))
    given = list(zip(before, after, holders, decoys)) if several else [
        (before, after, holders, decoys)]
    if several and not len(before) == len(after) == len(holders) == len(decoys):
        raise ArgumentError("before, after, holders and decoys: one of each an injection")
    with tempfile.TemporaryDirectory(prefix="recveil-") as folder:
        request: Dict[str, Any] = {"audit": "injections", "margin": margin}
        for name in ("before", "after", "holders", "decoys"):
            request[name] = ",".join(f"{folder}/{name}-{i}.csv" for i in range(len(given)))
        for i, tables_of in enumerate(given):
            was, now, has, tied = tables_of
            tables.write_lists(f"{folder}/before-{i}.csv", was, "before")
            tables.write_lists(f"{folder}/after-{i}.csv", now, "after")
            tables.write_flags(f"{folder}/holders-{i}.csv", has, ("user", "has"), "holders")
            tables.write_ids(f"{folder}/decoys-{i}.csv", list(tied), "decoys")
        return run_audit(request, engine=engine, progress=progress)


def _first(array: Any) -> Any:
    import ctypes as c
    return c.cast(array, c.POINTER(array._type_))


def run_audit(request: Dict[str, Any], *, threads: int = 1, engine: Optional[Engine] = None,
              progress: Optional[Progress] = None) -> Report:
    """Run an audit of a simulated system: the keys of docs/audit.md, such as {"audit": "membership",
    "recommender": "item_cf", "defense": "cross_fit"}."""
    asked = json.dumps(request).encode()
    call, text = LongCall(progress), Text()
    options = abi.recveil_audit_options(
        n_threads=threads, progress=call.struct,
        engine=None if engine is None else engine._live().pointer)
    call.run(LIB.recveil_audit_run, asked, len(asked), options, text.write, text.context)
    return Report(json.loads(text.read()))


__all__: List[str] = ["Population", "audit_attributes", "audit_injections", "audit_lists",
                      "audit_population", "run_audit"]
