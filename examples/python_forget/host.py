#!/usr/bin/env python3
"""A deletion request from its receipt to the signed receipt, with nothing but ctypes and NumPy.

usage: host.py /path/to/librecveil.so.0
"""
import ctypes as c
import json
import pathlib
import sys
import tempfile
import uuid

import numpy as np

ATTRIBUTE, GDPR, LABELS_HOST, GAUSSIAN_TRANSPORT = 2, 1, 3, 1
FLOAT32, STALE_ALL = 1, 63
WRITE = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(c.c_char), c.c_size_t)
Bytes16 = c.c_uint8 * 16


def struct(*fields):
    return type("Struct", (c.Structure,), {"_fields_": [("struct_size", c.c_uint32), *fields]})


U8, U32, U64, SIZE, PTR, TEXT = c.c_uint8, c.c_uint32, c.c_uint64, c.c_size_t, c.c_void_p, c.c_char_p
Request = struct(("flags", U32), ("id", Bytes16), ("kind", U8), ("regulation", U8), ("label_policy", U8),
                 ("source", U8), ("n_attributes", U32), ("attributes", c.POINTER(TEXT)),
                 ("subjects", PTR), ("n_subjects", SIZE), ("users", PTR), ("n_users", SIZE),
                 ("received_at", U64), ("due_at", U64), ("policy", TEXT))
Matrix = struct(("flags", U32), ("data", PTR), ("n_rows", SIZE), ("n_cols", SIZE), ("row_stride", SIZE),
                ("frozen_tail_cols", SIZE), ("dtype", U32), ("reserved", U32))
EraseOptions = struct(("flags", U32), ("method", U32), ("n_attributes", U32), ("n_classes", c.POINTER(U32)),
                      ("names", c.POINTER(TEXT)), ("seed", U64), ("min_class_rows", c.c_double),
                      ("n_sweeps", U32), ("reserved", U32), ("progress", PTR), ("progress_ctx", PTR),
                      ("cancel", PTR))
Table = struct(("n_attributes", U32), ("name", TEXT), ("model_version", U64), ("rows", c.POINTER(Matrix)),
               ("subjects", PTR), ("attributes", c.POINTER(TEXT)))
Plan = struct(("flags", U32), ("capacity", SIZE), ("count", SIZE), ("rows", PTR), ("actions", PTR),
              ("attributes", PTR), ("asked", PTR), ("unlisted", SIZE))
Applied = struct(("stale", U32), ("attempt", U64), ("mapped", SIZE), ("skipped", SIZE), ("no_class", SIZE),
                 ("wrong_map", SIZE), ("resurrected", SIZE), ("shift", c.c_double))
Acked = struct(("flags", U32), ("confirmed", SIZE), ("unwritten", SIZE), ("resurrected", SIZE),
               ("unknown", SIZE), ("left", SIZE), ("verifying", SIZE))
Facts = struct(("method", U32), ("rebuilt", U32), ("n_not_touched", U32), ("not_touched", c.POINTER(TEXT)))


class Id(c.Structure):
    _fields_ = [("bytes", Bytes16)]


def new(struct_type, /, **fields):
    return struct_type(struct_size=c.sizeof(struct_type), **fields)


class Forget:
    """The journal of a configuration file."""

    def __init__(self, library, config):
        self.lib = c.CDLL(library)
        self.lib.recveil_last_error.restype = TEXT
        for close in ("engine", "forget", "erase_map"):
            function = getattr(self.lib, f"recveil_{close}_close")
            function.argtypes, function.restype = [PTR], None
        self.engine, self.journal = PTR(), PTR()
        self.call("engine_open_file", str(config).encode(), None, c.byref(self.engine))
        self.call("forget_open", self.engine, None, c.byref(self.journal))

    def call(self, name, *arguments):
        if getattr(self.lib, "recveil_" + name)(*arguments) != 0:
            raise RuntimeError(self.lib.recveil_last_error().decode())

    def text(self, name, *arguments):
        parts = []

        @WRITE
        def write(_, data, n):
            parts.append(c.string_at(data, n))
            return 0

        self.call(name, *arguments, write, None)
        return b"".join(parts)

    def subjects(self, ids):
        out = np.zeros((len(ids), 16), np.uint8)
        for row, one in zip(out, ids):
            self.call("subject_from_bytes", self.engine, one.encode(), SIZE(len(one.encode())),
                      PTR(row.ctypes.data))
        return out

    def submit(self, request_id, person, user):
        subject, users = self.subjects([person]), np.array([user], np.uint64)
        request = new(Request, id=Bytes16(*request_id.bytes), kind=ATTRIBUTE, regulation=GDPR,
                      label_policy=LABELS_HOST, n_attributes=1, attributes=(TEXT * 1)(b"gender"),
                      subjects=subject.ctypes.data, n_subjects=1, users=users.ctypes.data, n_users=1)
        self.call("forget_submit", self.journal, (c.POINTER(Request) * 1)(c.pointer(request)), SIZE(1),
                  None)

    def table(self, rows, subjects, version):
        matrix = new(Matrix, data=rows.ctypes.data, n_rows=rows.shape[0], n_cols=rows.shape[1],
                     dtype=FLOAT32)
        return new(Table, n_attributes=1, name=b"users", model_version=version, rows=c.pointer(matrix),
                   subjects=subjects.ctypes.data, attributes=(TEXT * 1)(b"gender"))

    def plan(self, table, n):
        rows, asked = np.zeros(n, np.uint64), np.zeros(n, np.uint16)
        plan = new(Plan, capacity=n, rows=rows.ctypes.data, asked=asked.ctypes.data)
        self.call("forget_plan", self.journal, c.byref(table), c.byref(plan))
        return rows[:plan.count], asked[:plan.count]

    def fit(self, table, classes):
        options = new(EraseOptions, method=GAUSSIAN_TRANSPORT, n_attributes=1, n_classes=(U32 * 1)(2),
                      names=(TEXT * 1)(b"gender"), seed=1)
        erase_map = PTR()
        self.call("erase_fit", c.byref(options), table.rows, PTR(classes.ctypes.data), c.byref(erase_map))
        return erase_map

    def apply(self, table, rows, erase_map, classes):
        applied = new(Applied)
        told = np.ascontiguousarray(classes[rows.astype(int)], np.int32)
        self.call("forget_apply", self.journal, c.byref(table), PTR(rows.ctypes.data), SIZE(len(rows)),
                  erase_map, PTR(told.ctypes.data), c.byref(applied))
        return applied

    def ack(self, table, attempt):
        acked = new(Acked)
        self.call("forget_ack", self.journal, U64(attempt), c.byref(table), c.byref(acked))
        return acked

    def evidence(self, report, version):
        text = json.dumps(report).encode()
        self.call("forget_evidence", self.journal, None, SIZE(0), text, SIZE(len(text)), U64(version),
                  U32(0), None)

    def complete(self, request_id):
        facts = new(Facts, method=GAUSSIAN_TRANSPORT, rebuilt=STALE_ALL, n_not_touched=1,
                    not_touched=(TEXT * 1)(b"backups, until they expire"))
        return self.text("forget_complete", self.journal, Id(Bytes16(*request_id.bytes)), c.byref(facts))

    def public_key(self):
        key = (U8 * 32)()
        self.call("forget_public_key", self.journal, key, None)
        return key

    def close(self):
        self.lib.recveil_forget_close(self.journal)
        self.lib.recveil_engine_close(self.engine)


def main(library, folder):
    c.CDLL(library).recveil_key_generate(str(folder / "recveil.key").encode())
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
    print(f"mapped {applied.mapped}, read back {acked.confirmed}; other rows untouched:",
          bool((np.delete(rows, 7, 0) == np.delete(embeddings, 7, 0)).all()))
    again = forget.apply(table, owed, erase_map, classes)
    print(f"again: mapped {again.mapped}, left as they are {again.skipped}")
    # One person cannot be measured; recveil_audit_attributes() does it for 50 and more.
    forget.evidence({"audit": "attribute", "verdict": "inconclusive", "attributes": ["gender"],
                     "n": {"erased": 1}, "attackers": [], "attackers_before": []}, version=1)
    receipt = forget.complete(request)
    key = forget.public_key()
    valid = forget.lib.recveil_receipt_verify(receipt, SIZE(len(receipt)), key) == 0
    forged = receipt.replace(b'"gender"', b'"height"')
    print(f"receipt of {json.loads(receipt)['receipt']['request_id']}: valid {valid}, changed",
          forget.lib.recveil_receipt_verify(forged, SIZE(len(forged)), key) == 0)
    forget.lib.recveil_erase_map_close(erase_map)
    forget.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as here:
        main(sys.argv[1], pathlib.Path(here))
