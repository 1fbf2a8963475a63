"""Loads, uses and unloads the library 100 times from Python through ctypes, and looks in the maps of
the process whether it is gone.

usage: loaders_ctypes.py LIBRARY
"""
import _ctypes
import ctypes as c
import os
import sys

path = os.path.realpath(sys.argv[1])


class Popularity(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32),
                ("counts", c.POINTER(c.c_uint64)), ("items", c.POINTER(c.c_uint32)),
                ("n_items", c.c_size_t)]


class Request(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
                ("person", c.c_uint64), ("membership", c.c_uint32), ("n_history", c.c_uint32),
                ("pool_version", c.c_uint64), ("model_version", c.c_uint64),
                ("epoch", c.c_uint32), ("reserved", c.c_uint32)]


class Decision(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
                ("path", c.c_uint32), ("reason", c.c_uint32), ("pool_version", c.c_uint64),
                ("model_version", c.c_uint64), ("epoch", c.c_uint32), ("fold", c.c_uint16),
                ("reserved", c.c_uint16)]


class Page(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_host", c.c_uint32),
                ("offset", c.c_uint32), ("k", c.c_uint32), ("n_seen", c.c_uint32),
                ("seen", c.POINTER(c.c_uint32))]


class Slate(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("n_filled", c.c_uint32),
                ("positions", c.POINTER(c.c_uint32)), ("origins", c.POINTER(c.c_uint32)),
                ("pool_version", c.c_uint64)]


WRITE = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(c.c_char), c.c_size_t)


def made(struct, **fields):
    return struct(struct_size=c.sizeof(struct), **fields)


def mapped():
    with open("/proc/self/maps") as maps:
        return any(line.rstrip().endswith(path) for line in maps)


def ok(lib, status):
    assert status == 0, lib.recveil_last_error().decode()


def one_life():
    lib = c.CDLL(path)
    lib.recveil_last_error.restype = c.c_char_p
    lib.recveil_engine_close.argtypes = [c.c_void_p]
    lib.recveil_engine_close.restype = None
    engine = c.c_void_p()
    yaml = b"serving: {list_length: 5, ratio: 0.5}\nkeys: {ephemeral: true}"
    ok(lib, lib.recveil_engine_open(yaml, c.c_size_t(len(yaml)), None, c.byref(engine)))
    counts = (c.c_uint64 * 10)(*range(10, 0, -1))
    ok(lib, lib.recveil_publish_popularity(engine, c.byref(made(Popularity, counts=counts, n_items=10))))
    decision = made(Decision)
    ok(lib, lib.recveil_route(engine, c.byref(made(Request, user=7, membership=3)), c.byref(decision)))
    assert decision.path == 3
    positions = (c.c_uint32 * 5)()
    slate = made(Slate, positions=positions)
    ok(lib, lib.recveil_serve(engine, c.byref(decision), c.byref(made(Page, k=5)), c.byref(slate)))
    assert slate.n_filled == 5 and len(set(positions)) == 5 and max(positions) < 10
    text = bytearray()

    def write(_, data, n):
        text.extend(data[:n])
        return 0

    ok(lib, lib.recveil_metrics_write(engine, WRITE(write), None))
    assert b"recveil_serving_requests_total" in text
    lib.recveil_engine_close(engine)
    return lib._handle


assert not mapped()
for life in range(100):
    handle = one_life()
    assert mapped()
    _ctypes.dlclose(handle)
    assert not mapped(), f"still mapped after life {life}"
