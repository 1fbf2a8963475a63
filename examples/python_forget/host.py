#!/usr/bin/env python3
"""A deletion request from its receipt to the signed receipt, with nothing but ctypes and NumPy.

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

ATTRIBUTE, GDPR, LABELS_HOST, GAUSSIAN_TRANSPORT, INCONCLUSIVE = 2, 1, 3, 1, 3
STALE_ALL, INDEX_REBUILT, FLOAT32 = 63, 3, 1
WRITE = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(c.c_char), c.c_size_t)
Bytes16 = c.c_uint8 * 16
U32, U64, SIZE, PTR, TEXT = c.c_uint32, c.c_uint64, c.c_size_t, c.c_void_p, c.c_char_p


class Id(c.Structure):
    _fields_ = [("bytes", Bytes16)]


def struct(*fields):
    return type("Struct", (c.Structure,), {"_fields_": [("struct_size", U32), *fields]})


def new(struct_type, /, **fields):
    return struct_type(struct_size=c.sizeof(struct_type), **fields)


def names(*texts):
    return (TEXT * len(texts))(*(text.encode() for text in texts))


Request = struct(("flags", U32), ("id", Id), ("kind", U32), ("regulation", U32), ("label_policy", U32),
                 ("source", U32), ("received_at", U64), ("due_at", U64), ("n_subjects", SIZE), ("subjects", PTR),
                 ("n_users", SIZE), ("users", PTR), ("n_attributes", SIZE), ("attributes", c.POINTER(TEXT)),
                 ("policy", TEXT))
Matrix = struct(("flags", U32), ("data", PTR), ("n_rows", SIZE), ("n_cols", SIZE), ("row_stride", SIZE),
                ("frozen_tail_cols", SIZE), ("dtype", U32), ("reserved", U32))
EraseOptions = struct(("flags", U32), ("method", U32), ("n_attributes", U32), ("n_classes", c.POINTER(U32)),
                      ("names", c.POINTER(TEXT)), ("seed", U64), ("min_class_rows", c.c_double),
                      ("n_sweeps", U32), ("reserved", U32), ("progress", PTR * 3))
Table = struct(("flags", U32), ("name", TEXT), ("model_version", U64), ("rows", c.POINTER(Matrix)),
               ("subjects", PTR), ("n_attributes", SIZE), ("attributes", c.POINTER(TEXT)))
Plan = struct(("flags", U32), ("capacity", SIZE), ("n_rows", SIZE), ("n_unlisted", SIZE), ("rows", PTR),
              ("actions", PTR), ("attributes", PTR), ("asked", PTR))
Applied = struct(("stale", U32), ("attempt", U64), ("n_mapped", SIZE), ("n_skipped", SIZE), ("n_no_class", SIZE),
                 ("n_wrong_map", SIZE), ("n_resurrected", SIZE), ("shift", c.c_double))
Acked = struct(("flags", U32), ("n_confirmed", SIZE), ("n_unwritten", SIZE), ("n_resurrected", SIZE),
               ("n_unknown", SIZE), ("n_left", SIZE), ("n_verifying", SIZE))
Evidence = struct(("flags", U32), ("model_version", U64), ("verdict", U32), ("n_requesters", U64),
                  ("n_attributes", SIZE), ("attributes", c.POINTER(TEXT)), ("capacity", SIZE), ("n_scores", SIZE),
                  ("scores", PTR))
Facts = struct(("method", U32), ("n_tables", SIZE), ("tables", PTR), ("n_not_touched", SIZE),
               ("not_touched", c.POINTER(TEXT)))


class TableFacts(c.Structure):
    _fields_ = [("table", TEXT), ("rebuilt", U32), ("index", U32)]


class Forget:
    """The journal of a configuration file. When the process ends nothing is lost without closing; a
    host that goes on closes the map, the journal and the engine."""

    def __init__(self, library, config):
        self.lib = c.CDLL(library)
        self.lib.recveil_last_error.restype = TEXT
        self.engine, self.journal = PTR(), PTR()
        self.call("engine_open_file", str(config).encode(), None, c.byref(self.engine))
        self.call("forget_open", self.engine, None, c.byref(self.journal))

    def call(self, name, *arguments):
        if getattr(self.lib, "recveil_" + name)(*arguments) != 0:
            raise RuntimeError(self.lib.recveil_last_error().decode())

    def subjects(self, ids):
        texts = [one.encode() for one in ids]
        offsets = np.cumsum([0] + [len(text) for text in texts], dtype=np.uint64)
        out = np.zeros((len(ids), 16), np.uint8)
        self.call("subjects_from_bytes", self.engine, b"".join(texts), PTR(offsets.ctypes.data), SIZE(len(ids)),
                  PTR(out.ctypes.data))
        return out

    def submit(self, request_id, person, user):
        subject, users = self.subjects([person]), np.array([user], np.uint64)
        request = new(Request, id=Id(Bytes16(*request_id.bytes)), kind=ATTRIBUTE, regulation=GDPR,
                      label_policy=LABELS_HOST, n_subjects=1, subjects=subject.ctypes.data, n_users=1,
                      users=users.ctypes.data, n_attributes=1, attributes=names("gender"))
        self.call("forget_submit", self.journal, (c.POINTER(Request) * 1)(c.pointer(request)), SIZE(1), None)

    def table(self, rows, subjects, version):
        matrix = new(Matrix, data=rows.ctypes.data, n_rows=rows.shape[0], n_cols=rows.shape[1],
                     dtype=FLOAT32)
        return new(Table, name=b"users", model_version=version, rows=c.pointer(matrix),
                   subjects=subjects.ctypes.data, n_attributes=1, attributes=names("gender"))

    def plan(self, table, n):
        rows, asked = np.zeros(n, np.uint64), np.zeros(n, np.uint16)
        plan = new(Plan, capacity=n, rows=rows.ctypes.data, asked=asked.ctypes.data)
        self.call("forget_plan", self.journal, c.byref(table), c.byref(plan), None)
        return rows[:plan.n_rows], asked[:plan.n_rows]

    def fit(self, table, classes):
        options = new(EraseOptions, method=GAUSSIAN_TRANSPORT, n_attributes=1, n_classes=(U32 * 1)(2),
                      names=names("gender"), seed=1)
        erase_map = PTR()
        self.call("erase_fit", c.byref(options), table.rows, PTR(classes.ctypes.data), c.byref(erase_map))
        return erase_map

    def apply(self, table, rows, erase_map, classes):
        applied = new(Applied)
        told = np.ascontiguousarray(classes[rows.astype(int)], np.int32)
        self.call("forget_apply", self.journal, c.byref(table), PTR(rows.ctypes.data), SIZE(len(rows)),
                  erase_map, PTR(told.ctypes.data), c.byref(applied), None)
        return applied

    def ack(self, table, attempt):
        acked = new(Acked)
        self.call("forget_ack", self.journal, U64(attempt), c.byref(table), c.byref(acked), None)
        return acked

    def evidence(self, verdict, n_requesters, version):
        found = new(Evidence, model_version=version, verdict=verdict, n_requesters=n_requesters,
                    n_attributes=1, attributes=names("gender"))
        self.call("forget_evidence", self.journal, None, SIZE(0), c.byref(found), None)

    def complete(self, request_id):
        parts = []
        users = TableFacts(table=b"users", rebuilt=STALE_ALL, index=INDEX_REBUILT)
        facts = new(Facts, method=GAUSSIAN_TRANSPORT, n_tables=1, tables=c.addressof(users), n_not_touched=1,
                    not_touched=names("backups, until they expire"))
        write = WRITE(lambda _, data, n: parts.append(c.string_at(data, n)) or 0)
        self.call("forget_complete", self.journal, Id(Bytes16(*request_id.bytes)), c.byref(facts), write, None)
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
    forget.evidence(INCONCLUSIVE, n_requesters=1, version=1)
    receipt = json.loads(forget.complete(request))["receipt"]
    print(f"receipt of {receipt['request_id']}: {receipt['state']}, index {receipt['attempts'][0]['index']},"
          f" not touched: {receipt['not_touched'][0]}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as here:
        main(sys.argv[1], pathlib.Path(here))
