#!/usr/bin/env python3
"""What Spark adds to the erase map: one thread of NumPy against one task at a time, in one run.

usage: bench_spark.py [ROWS...]     in an environment with recveil[spark]; rows of 64 floats
"""
import resource
import shutil
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from recveil import ErasureMap, spark
from spark_session import session

D, BLOCK = 64, 250_000


def blocks(n, seed=1):
    draw = np.random.default_rng(seed)
    for begin in range(0, n, BLOCK):
        rows = draw.normal(size=(min(BLOCK, n - begin), D)).astype(np.float32)
        yield begin, rows


def main():
    sizes = [int(one) for one in sys.argv[1:]] or [1_000_000, 2_000_000]
    _begin, rows = next(blocks(BLOCK))
    classes = (np.arange(len(rows)) % 2).astype(np.int32)
    rows[classes == 1, 0] += 1
    erasure = ErasureMap.fit(rows, classes, ["gender"])
    made = session("local[1]", spark__sql__execution__arrow__maxRecordsPerBatch="10000")
    folder = tempfile.mkdtemp()
    try:
        for n in sizes:
            library, path = 0.0, f"{folder}/{n}"
            with pq.ParquetWriter(path, pa.schema([("id", pa.int64()), ("features", pa.list_(pa.float32()))])) as out:
                for begin, rows in blocks(n):
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
            start = time.perf_counter()
            spark.erase(table, erasure, "features", d=D).write.format("noop").mode("overwrite").save()
            whole = time.perf_counter() - start
            print(f"{n:,} rows of {D}: library {1e6 * library / n:.2f} us a row, Spark {1e6 * whole / n:.2f} "
                  f"({whole / library:.2f} times; {1e6 * read / n:.2f} of it is reading the table), driver "
                  f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
