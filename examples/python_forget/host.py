#!/usr/bin/env python3
"""A deletion request from its receipt to the signed receipt, with NumPy.

usage: host.py /path/to/librecveil.so.0
"""
import ctypes as c
import json
import os
import pathlib
import sys
import tempfile
import uuid

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters/python/src"))
from recveil import abi  # noqa: E402


def names(*texts):
    return (c.c_char_p * len(texts))(*(text.encode() for text in texts))


def forget_id(request_id):
    return abi.recveil_forget_id(bytes=(c.c_uint8 * 16)(*request_id.bytes))


class Forget:
    """The journal of a configuration file. When the process ends nothing is lost without closing; a
    host that goes on closes the map, the journal and the engine."""

    def __init__(self, library, config):
        self.lib = abi.load(library)
        self.engine, self.journal = c.c_void_p(), c.c_void_p()
        self.lib.recveil_engine_open_file(str(config).encode(), None, c.byref(self.engine))
        self.lib.recveil_forget_open(self.engine, None, c.byref(self.journal))

    def subjects(self, ids):
        texts = [one.encode() for one in ids]
        offsets = np.cumsum([0] + [len(text) for text in texts], dtype=np.uint64)
        out = np.zeros((len(ids), 16), np.uint8)
        self.lib.recveil_subjects_from_bytes(self.engine, b"".join(texts), offsets, len(ids), out)
        return out

    def submit(self, request_id, person, user):
        request = abi.recveil_forget_request(
            id=forget_id(request_id), kind=abi.RECVEIL_FORGET_ATTRIBUTE,
            regulation=abi.RECVEIL_REGULATION_GDPR, label_policy=abi.RECVEIL_LABELS_HOST,
            n_subjects=1, subjects=self.subjects([person]), n_users=1,
            users=np.array([user], np.uint64), n_attributes=1, attributes=names("gender"))
        requests = (c.c_void_p * 1)(c.addressof(request))
        self.lib.recveil_forget_submit(self.journal, requests, 1, None)

    def table(self, rows, subjects, version):
        matrix = abi.recveil_matrix(data=rows, n_rows=rows.shape[0], n_cols=rows.shape[1])
        return abi.recveil_forget_table(name=b"users", model_version=version, rows=matrix,
                                        subjects=subjects, n_attributes=1,
                                        attributes=names("gender"))

    def plan(self, table, n):
        rows, asked = np.zeros(n, np.uint64), np.zeros(n, np.uint16)
        plan = abi.recveil_forget_plan_rows(capacity=n, rows=rows, asked=asked)
        self.lib.recveil_forget_plan(self.journal, table, plan, None)
        return rows[:plan.n_rows], asked[:plan.n_rows]

    def fit(self, table, classes):
        options = abi.recveil_erase_options(method=abi.RECVEIL_ERASE_GAUSSIAN_TRANSPORT,
                                            n_attributes=1, n_classes=(c.c_uint32 * 1)(2),
                                            names=names("gender"), seed=1)
        erase_map = c.c_void_p()
        self.lib.recveil_erase_fit(options, table.rows, classes, c.byref(erase_map))
        return erase_map

    def apply(self, table, rows, erase_map, classes):
        applied = abi.recveil_forget_applied()
        told = np.ascontiguousarray(classes[rows.astype(int)], np.int32)
        self.lib.recveil_forget_apply(self.journal, table, rows, len(rows), erase_map, told,
                                      applied, None)
        return applied

    def ack(self, table, attempt):
        acked = abi.recveil_forget_acked()
        self.lib.recveil_forget_ack(self.journal, attempt, table, acked, None)
        return acked

    def evidence(self, verdict, n_requesters, version):
        found = abi.recveil_attribute_evidence(model_version=version, verdict=verdict,
                                               n_requesters=n_requesters, n_attributes=1,
                                               attributes=names("gender"))
        self.lib.recveil_forget_evidence(self.journal, None, 0, found, None)

    def complete(self, request_id):
        parts = []
        users = abi.recveil_forget_table_facts(table=b"users", rebuilt=abi.RECVEIL_STALE_ALL,
                                               index=abi.RECVEIL_INDEX_REBUILT)
        facts = abi.recveil_forget_facts(
            method=abi.RECVEIL_ERASE_GAUSSIAN_TRANSPORT, n_tables=1, tables=users, n_not_touched=1,
            not_touched=names("backups, until they expire"))
        write = abi.recveil_write_fn(lambda _, data, n: parts.append(c.string_at(data, n)) or 0)
        self.lib.recveil_forget_complete(self.journal, forget_id(request_id), facts, write, None)
        return b"".join(parts)


def main(library, folder):
    key = os.open(folder / "recveil.key", os.O_WRONLY | os.O_CREAT, 0o600)  # as `recveil key generate`
    os.write(key, os.urandom(32))
    os.close(key)
    (folder / "recveil.yaml").write_text("keys: {file: recveil.key}\nforget: {journal: forget.db}\n")
    forget = Forget(library, folder / "recveil.yaml")
    people = [f"person{i}" for i in range(400)]
    classes = np.arange(400, dtype=np.int32) % 2
    embeddings = np.random.default_rng(1).normal(size=(400, 8)).astype(np.float32)
    embeddings[:, 0] += classes

    request = uuid.UUID("f81d4fae-7dec-41d0-a765-00a0c91e6bf6")
    forget.submit(request, people[7], user=7)  # durable, and served as serving.erased says
    rows, subjects = embeddings.copy(), forget.subjects(people)
    table = forget.table(rows, subjects, version=1)
    owed, asked = forget.plan(table, len(people))
    print(f"plan: rows {owed.tolist()}, of which the class is asked: {(asked > 0).tolist()}")
    erase_map = forget.fit(table, classes)
    applied = forget.apply(table, owed, erase_map, classes)
    np.save(folder / "users.npy", rows)
    stored = np.load(folder / "users.npy")
    acked = forget.ack(forget.table(stored, subjects, version=1), applied.attempt)
    print(f"mapped {applied.n_mapped}, read back {acked.n_confirmed}; other rows untouched:",
          bool((np.delete(rows, 7, 0) == np.delete(embeddings, 7, 0)).all()))
    again = forget.apply(table, owed, erase_map, classes)
    print(f"again: mapped {again.n_mapped}, left as they are {again.n_skipped}")
    # One person cannot be measured; recveil_audit_attributes() fills the scores for 50 and more.
    forget.evidence(abi.RECVEIL_VERDICT_INCONCLUSIVE, n_requesters=1, version=1)
    receipt = json.loads(forget.complete(request))["receipt"]
    print(f"receipt of {receipt['request_id']}: {receipt['state']}, index {receipt['attempts'][0]['index']},"
          f" not touched: {receipt['not_touched'][0]}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as here:
        main(sys.argv[1], pathlib.Path(here))
