"""Loads, uses and unloads the library 100 times from Python through ctypes, and looks in the maps of
the process whether it is gone.

usage: loaders_ctypes.py LIBRARY
"""
import _ctypes
import ctypes as c
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters/python/src"))
from recveil import abi  # noqa: E402

path = os.path.realpath(sys.argv[1])


def mapped():
    with open("/proc/self/maps") as maps:
        return any(line.rstrip().endswith(path) for line in maps)


def one_life():
    lib = abi.load(path)
    engine = c.c_void_p()
    yaml = b"serving: {list_length: 5, ratio: 0.5}\nkeys: {ephemeral: true}"
    lib.recveil_engine_open(yaml, len(yaml), None, c.byref(engine))
    counts = (c.c_uint64 * 10)(*range(10, 0, -1))
    lib.recveil_publish_popularity(engine, abi.recveil_popularity(counts=counts, n_items=10))
    decision = abi.recveil_decision()
    lib.recveil_route(engine, abi.recveil_request(user=7, membership=abi.RECVEIL_MEMBERSHIP_NONMEMBER),
                      decision)
    assert decision.path == abi.RECVEIL_PATH_POOL
    positions = (c.c_uint32 * 5)()
    slate = abi.recveil_slate(positions=positions)
    lib.recveil_serve(engine, decision, abi.recveil_page(k=5), slate)
    assert slate.n_filled == 5 and len(set(positions)) == 5 and max(positions) < 10
    text = bytearray()

    def write(_, data, n):
        text.extend(c.string_at(data, n))
        return 0

    lib.recveil_metrics_write(engine, abi.recveil_write_fn(write), None)
    assert b"recveil_serving_requests_total" in text
    lib.recveil_engine_close(engine)
    return lib._handle


assert not mapped()
for life in range(100):
    handle = one_life()
    assert mapped()
    _ctypes.dlclose(handle)
    assert not mapped(), f"still mapped after life {life}"
