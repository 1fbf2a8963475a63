#!/usr/bin/env python3
"""A Python host over the C ABI, with nothing but ctypes.

usage: host.py /path/to/librecveil.so.0
"""
import ctypes as c
import sys

PATHS = {1: "refuse", 2: "host", 3: "pool"}


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


def new(kind, **fields):
    return kind(struct_size=c.sizeof(kind), **fields)


class Engine:
    def __init__(self, library, yaml):
        self.lib = c.CDLL(library)
        self.lib.recveil_last_error.restype = c.c_char_p
        self.lib.recveil_engine_close.argtypes = [c.c_void_p]
        self.lib.recveil_engine_close.restype = None
        self.handle = c.c_void_p()
        text = yaml.encode()
        self.check(self.lib.recveil_engine_open(text, c.c_size_t(len(text)), None,
                                                c.byref(self.handle)))

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.lib.recveil_last_error().decode())

    def publish(self, counts, members):
        numbers = (c.c_uint64 * len(counts))(*counts)
        popularity = new(Popularity, counts=numbers, n_items=len(counts))
        self.check(self.lib.recveil_publish_popularity(self.handle, c.byref(popularity)))
        users = (c.c_uint64 * len(members))(*members)
        replace_members = (c.c_uint32(1), c.c_uint32(1))
        self.check(self.lib.recveil_publish_users(self.handle, *replace_members, users,
                                                  c.c_size_t(len(members))))

    def serve(self, user, k, host_list=()):
        """The items to show: route first, then rank only if the route asks for the host's list."""
        request, decision = new(Request, user=user), new(Decision)
        self.check(self.lib.recveil_route(self.handle, c.byref(request), c.byref(decision)))
        ranked = list(host_list) if PATHS[decision.path] == "host" else []
        page = new(Page, n_host=len(ranked), k=k)
        positions = (c.c_uint32 * k)()
        slate = new(Slate, positions=positions)
        self.check(self.lib.recveil_serve(self.handle, c.byref(decision), c.byref(page),
                                          c.byref(slate)))
        return PATHS[decision.path], [positions[i] for i in range(slate.n_filled)]

    def metrics(self):
        parts = []

        @WRITE
        def write(_, data, n):
            parts.append(c.string_at(data, n))
            return 0

        self.check(self.lib.recveil_metrics_write(self.handle, write, None))
        return b"".join(parts).decode()

    def close(self):
        self.lib.recveil_engine_close(self.handle)
        self.handle = None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    engine = Engine(sys.argv[1],
                    "keys: {ephemeral: true}\nserving: {list_length: 10, ratio: 0.1}\n")
    engine.publish(counts=[1000 // (i + 1) + 1 for i in range(200)], members=[1, 2, 3])
    for user in (2, 77):
        path, positions = engine.serve(user, k=5, host_list=range(100))
        print(f"user {user}: {path}, positions {positions}")
    served = [line for line in engine.metrics().splitlines()
              if line.startswith("recveil_serving_items_total")]
    print("\n".join(served))
    engine.close()


if __name__ == "__main__":
    main()
