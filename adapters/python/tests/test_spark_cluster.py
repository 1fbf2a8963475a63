"""A standalone cluster of two workers on loopback: the same bits, also when a worker is killed."""
import os
import platform
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import warnings
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyspark
import recveil
from pyspark.errors.exceptions.base import PySparkException
from recveil import ErasureMap, ErasureStatistics, spark
from spark_session import session

N, D = 4000, 8
RANDOM = np.random.default_rng(3)
ROWS = RANDOM.normal(size=(N, D)).astype(np.float32)
CLASSES = RANDOM.integers(0, 2, N).astype(np.int32)
ROWS[CLASSES == 1, 0] += 1


class Cluster(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        self.master = f"spark://127.0.0.1:{port}"
        self.processes = [self.start("master.Master", folder.name, "--port", port)]
        self.wait(port)
        self.processes += [self.start("worker.Worker", folder.name, "-c", 1, "-m", "1g", "-d",
                                      f"{folder.name}/{i}", self.master) for i in range(2)]
        catch = warnings.catch_warnings()
        catch.__enter__()
        self.addCleanup(catch.__exit__, None, None, None)
        warnings.simplefilter("ignore", ResourceWarning)  # of PySpark's own sockets

    def start(self, name, folder, *arguments):
        home = Path(pyspark.__file__).parent
        process = subprocess.Popen(
            ["bash", home / "bin" / "spark-class", f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1",
             "--webui-port", "0", *map(str, arguments)],
            env={**os.environ, "SPARK_HOME": str(home), "SPARK_LOG_DIR": folder, "SPARK_LOCAL_DIRS": folder},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(self.kill, process)
        return process

    def kill(self, process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()

    def wait(self, port):
        for _ in range(300):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(.1)
        self.fail("the master does not answer")

    def connect(self, **settings):
        made = session(self.master, spark__executor__memory="600m", spark__task__maxFailures="8", **settings)
        self.addCleanup(made.stop)
        table = made.createDataFrame(pa.table({
            "user": np.arange(N), "features": pa.array(list(ROWS), pa.list_(pa.float32())),
            "gender": pa.array(CLASSES)}))
        for _ in range(300):  # both workers
            if made.sparkContext._jsc.sc().getExecutorMemoryStatus().size() == 3:
                return table
            time.sleep(.1)
        self.fail("the workers do not come")

    def test_a_killed_worker_changes_no_bit(self):
        table = self.connect()
        whole = ErasureStatistics(D, 2).add(ROWS, CLASSES).to_bytes()
        sums = spark.erasure_statistics(table.repartition(4), "features", "gender", d=D, n_classes=2)
        self.assertEqual(sums.to_bytes(), whole)
        erasure = ErasureMap.fit(ROWS, CLASSES, ["gender"])
        expected = ROWS.copy()
        erasure.apply(expected)
        victim = threading.Timer(2.0, self.kill, [self.processes[2]])
        victim.start()
        deadline = time.monotonic() + 60
        while victim.is_alive() or self.processes[2].poll() is None:  # jobs before it dies and while it does
            sums = spark.erasure_statistics(table.repartition(12), "features", "gender", d=D, n_classes=2)
            self.assertEqual(sums.to_bytes(), whole)
            self.assertLess(time.monotonic(), deadline)
        with tempfile.TemporaryDirectory() as folder:
            stored = spark.save(spark.erase(table.repartition(6), erasure, "features", d=D), f"{folder}/rows")
            self.assertTrue(stored.files)
            back = table.sparkSession.read.parquet(f"{folder}/rows").toArrow().sort_by("user")
        rows = np.array(back.column("features").to_pylist(), np.float32)
        np.testing.assert_array_equal(rows.view(np.uint32), expected.view(np.uint32))

    def test_a_worker_without_the_library_is_named(self):
        table = self.connect(spark__executorEnv__RECVEIL_LIBRARY="/nonexistent/librecveil.so.0")
        with self.assertRaises(PySparkException) as failed:
            spark.erasure_statistics(table, "features", "gender", d=D, n_classes=2)
        self.assertIn(f"the worker on {platform.node()} cannot load recveil", str(failed.exception))
        self.assertIn("spark.archives", str(failed.exception))


if __name__ == "__main__":
    unittest.main()
