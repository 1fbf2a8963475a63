#!/usr/bin/env python3
"""What Spark adds to the erase map: one thread of NumPy against one task at a time, in one run; how the
cost of a row and the memory of a worker depend on the number of rows.

usage: bench_spark.py [-d COLUMNS] [ROWS...]     in an environment with recveil[spark]; 64 columns of floats
"""
import argparse
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from recveil import ErasureMap, spark
from spark_session import session

BLOCK = 250_000


def blocks(n, d, seed=1):
    draw = np.random.default_rng(seed)
    for begin in range(0, n, BLOCK):
        rows = draw.normal(size=(min(BLOCK, n - begin), d)).astype(np.float32)
        yield begin, rows


def below():
    """The processes that this one started, with theirs: (is it Python, most MiB resident, CPU seconds)."""
    parents, found = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            said, what = (folder / "status").read_text(), (folder / "cmdline").read_bytes().split(b"\0")[0]
            ticks = (folder / "stat").read_text().rsplit(")", 1)[1].split()[11:15]  # and children that ended
        except OSError:  # it ended meanwhile
            continue
        pid, peak = int(folder.name), re.search(r"VmHWM:\s+(\d+)", said)
        parents[pid] = int(re.search(r"PPid:\s+(\d+)", said)[1])
        found[pid] = (b"python" in what, int(peak[1]) >> 10 if peak else 0,
                      sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))

    def mine(pid):
        while pid in parents and pid != os.getpid():
            pid = parents[pid]
        return pid == os.getpid()
    return [one for pid, one in found.items() if pid != os.getpid() and mine(pid)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("-d", type=int, default=64, help="columns")
    parser.add_argument("rows", nargs="*", type=int, help="numbers of rows")
    given = parser.parse_args()
    D, sizes = given.d, given.rows or [1_000_000, 2_000_000]
    _begin, rows = next(blocks(BLOCK, D))
    classes = (np.arange(len(rows)) % 2).astype(np.int32)
    rows[classes == 1, 0] += 1
    erasure = ErasureMap.fit(rows, classes, ["gender"])
    made = session("local[1]", spark__sql__execution__arrow__maxRecordsPerBatch="10000")
    folder = tempfile.mkdtemp()
    try:
        costs = {}
        for n in [BLOCK, *sizes]:  # the first makes all warm
            library, path = 0.0, f"{folder}/{n}"
            with pq.ParquetWriter(path, pa.schema([("id", pa.int64()), ("features", pa.list_(pa.float32()))])) as out:
                for begin, rows in blocks(n, D):
                    lists = pa.ListArray.from_arrays(np.arange(0, rows.size + 1, D, np.int32), rows.ravel())
                    out.write_table(pa.table({"id": np.arange(begin, begin + len(rows)), "features": lists}),
                                    row_group_size=50_000)
                    start = time.perf_counter()
                    erasure.apply(rows)
                    library += time.perf_counter() - start
            table = made.read.parquet(path)
            start = time.perf_counter()
            table.write.format("noop").mode("overwrite").save()
            read = time.perf_counter() - start
            start, before = time.perf_counter(), sum(one[2] for one in below())
            spark.erase(table, erasure, "features", d=D).write.format("noop").mode("overwrite").save()
            whole = time.perf_counter() - start
            left = below()
            costs[n] = 1e6 * (sum(one[2] for one in left) - before) / n
            python, java = (max(one[1] for one in left if one[0] == kind) for kind in (True, False))
            print(f"{n:,} rows of {D}: library {1e6 * library / n:.2f} us a row, Spark {1e6 * whole / n:.2f} "
                  f"({whole / library:.2f} times; {1e6 * read / n:.2f} of it is reading the table; {costs[n]:.2f} of "
                  f"CPU), most memory: Python worker {python} MiB, JVM {java} MiB", flush=True)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        few, many = min(sizes), max(sizes)
        if many > few:
            slope = (costs[many] * many - costs[few] * few) / (many - few)
            print(f"a row of {many:,} costs {costs[many] / costs[few]:.3f} of the CPU of one of {few:,}; projected, not "
                  f"measured: 100,000,000 rows take {costs[many] * many / 1e6 + slope * (100 - many / 1e6):.0f} s of CPU")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
