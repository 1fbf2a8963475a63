"""The package as it is installed, and the rules that its arrays, handles and long calls keep."""
import gc
import inspect
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
import zipfile
from pathlib import Path

import numpy as np
import recveil
import scene
from recveil import abi, errors


class Package(unittest.TestCase):
    def test_the_wheel_runs_on_glibc_2_34_and_is_small(self):
        wheel = Path(os.environ["RECVEIL_TESTED_WHEEL"])
        tag = wheel.stem.split("-")
        self.assertEqual(tag[2:4], ["py3", "none"])
        minor = int(tag[4].split("manylinux_2_")[1].split("_")[0])
        self.assertLessEqual(minor, 34, wheel.name)
        self.assertLess(wheel.stat().st_size, 6_000_000)

    def test_the_wheel_holds_a_licence_for_each_bundled_library(self):
        with zipfile.ZipFile(os.environ["RECVEIL_TESTED_WHEEL"]) as wheel:
            names = wheel.namelist()
            record = wheel.read(next(n for n in names if n.endswith("RECORD"))).decode()
        bundled = [n for n in names if ".libs/" in n and ".so" in n]
        texts = [n for n in names if "/licenses/bundled/" in n]
        self.assertGreaterEqual(len(bundled), 8)
        for library in bundled:  # one copyright file covers the libraries of one source package
            stem = library.split("/lib")[1].split("-")[0][:7]
            self.assertTrue(any(stem in text for text in texts), library)
        for name in texts:
            self.assertIn(name, record)

    def test_it_is_the_installed_package_and_needs_no_environment(self):
        code = "import recveil; print(recveil.__file__); print(recveil.__version__)"
        done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("site-packages", done.stdout)

    def test_the_audit_library_is_found_next_to_the_core_one(self):
        code = ("import recveil; print(recveil.run_audit({'audit': 'membership', 'seeds': 1, "
                "'shadows': 0, 'recommender': 'popularity'}).verdict)")
        done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_c_interface_alone_needs_no_numpy(self):
        done = scene.child("import sys; sys.modules['numpy'] = None\nfrom recveil import abi\n"
                           "print(abi.RECVEIL_OK)")
        self.assertEqual((done.returncode, done.stdout), (0, "0\n"), done.stderr)

    def test_every_public_thing_has_a_docstring(self):
        for name in recveil.__all__:
            thing = getattr(recveil, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                self.assertTrue(inspect.getdoc(thing), name)
            if inspect.isclass(thing) and thing.__module__.startswith("recveil."):
                for method, function in vars(thing).items():
                    if inspect.isfunction(function) and not method.startswith("_"):
                        self.assertTrue(function.__doc__, f"{name}.{method}")

    def test_types_are_strict(self):
        project = Path(__file__).resolve().parents[1] / "pyproject.toml"
        done = subprocess.run([sys.executable, "-m", "mypy", "--config-file", project, "-p",
                               "recveil", "--cache-dir", os.devnull], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Exceptions(unittest.TestCase):
    def test_each_status_has_one_that_is_also_pythons(self):
        own = {"ARGUMENT": ValueError, "NOMEM": MemoryError, "CONFIG": ValueError,
               "VERSION": ImportError, "UNSUPPORTED": NotImplementedError, "BUFFER": BufferError,
               "STATE": RuntimeError, "IO": OSError, "HOST": RuntimeError,
               "NOT_FOUND": LookupError, "CANCELLED": RuntimeError, "DATA": ValueError,
               "HELD": RuntimeError}
        statuses = {n for n in vars(abi) if n.startswith("RECVEIL_E_")} - {"RECVEIL_E_INTERNAL"}
        self.assertEqual(statuses, {f"RECVEIL_E_{name}" for name in own})
        for name, python in own.items():
            number = getattr(abi, f"RECVEIL_E_{name}")
            error = errors.of_status("f", number, "text")
            self.assertIsInstance(error, python)
            self.assertEqual((error.status, error.function, str(error)), (number, "f", "text"))

    def test_the_text_is_that_of_the_library(self):
        with self.assertRaisesRegex(recveil.ConfigError, "config:1: .*unknown key"):
            recveil.Engine("surving: {}")
        with self.assertRaises(OSError):
            recveil.generate_key("/nowhere/key")


class Rules(unittest.TestCase):
    def test_a_handle_closes_when_the_last_call_ends(self):
        engine = scene.engine(folds=2)
        known = scene.histories()
        engine.publish_folds([scene.model(known)] * 2)
        stop, served, failed = threading.Event(), [0] * 4, []

        def serve(which):
            while not stop.is_set():
                try:
                    engine.recommend(served[which], known[served[which] % 400].indices, 5)
                    served[which] += 1
                except recveil.StateError:
                    return
                except Exception as error:  # whatever else it is, the test must see it
                    failed.append(error)
                    return
        threads = [threading.Thread(target=serve, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        while min(served) < 5:
            time.sleep(0.01)
        engine.close()
        for thread in threads:
            thread.join(20)
        stop.set()
        self.assertEqual(failed, [])
        with self.assertRaises(RuntimeError):
            engine.info()

    def test_published_arrays_are_read_only_until_they_are_given_back(self):
        engine, rows = scene.engine(folds=2), scene.factors()
        known = scene.histories()
        support = np.bincount(known.indices, minlength=120)

        def publish(item_factors):
            engine.publish_folds([recveil.FoldModel.factors(
                item_factors, support, observed=10.0, unobserved=1.0, regularization=1.0)] * 2)
        publish(rows)
        with self.assertRaisesRegex(ValueError, "read-only"):
            rows += 1
        publish(scene.factors(seed=3))
        self.assertFalse(rows.flags.writeable)  # the version before is kept
        publish(scene.factors(seed=4))
        rows += 1
        last = scene.factors(seed=5)
        publish(last)
        engine.close()
        self.assertTrue(last.flags.writeable)

    def test_an_array_that_is_refused_is_given_back(self):
        engine, rows = scene.engine(folds=2), scene.factors()
        wrong = recveil.FoldModel.factors(rows, np.ones(120, np.uint32), observed=1.0,
                                          unobserved=2.0, regularization=-1.0)
        with self.assertRaises(ValueError):
            engine.publish_folds([wrong] * 2)
        self.assertTrue(rows.flags.writeable)

    def test_an_array_published_to_two_engines_is_kept_by_both(self):
        one, two, rows = scene.engine(folds=2), scene.engine(folds=2), scene.factors()
        fold = recveil.FoldModel.factors(rows, np.ones(120, np.uint32), observed=2.0,
                                         unobserved=1.0, regularization=1.0)
        one.publish_folds([fold] * 2)
        two.publish_folds([fold] * 2)
        one.close()
        self.assertFalse(rows.flags.writeable)
        two.close()
        self.assertTrue(rows.flags.writeable)

    def test_arrays_are_kept_alive_while_they_are_lent(self):
        engine, known = scene.engine(folds=2), scene.histories()
        engine.publish_folds([scene.model(known)] * 2)
        before = engine.recommend(1, known[1].indices, 10)
        gc.collect()
        trash = [np.full(960, 7, np.float32) for _ in range(100)]
        after = engine.recommend(1, known[1].indices, 10)
        self.assertEqual(before.scores.tobytes(), after.scores.tobytes())
        del trash

    def test_arrays_that_are_changed_are_never_converted(self):
        draw = np.random.default_rng(1)
        rows = draw.normal(size=(400, 6)).astype(np.float32)
        classes = np.arange(400) % 2
        rows[classes == 1] += 2
        fitted = recveil.ErasureMap.fit(rows, classes, ["a"])
        frozen = rows.copy()
        frozen.flags.writeable = False
        overlapping = np.lib.stride_tricks.as_strided(rows, (100, 6), (4, 4))
        for wrong, error in ((rows.astype(np.float16), TypeError), (rows.astype(">f4"), TypeError),
                             (frozen, ValueError), (np.asfortranarray(rows), ValueError),
                             (rows[::-1], ValueError), (rows[:, ::-1], ValueError),
                             (overlapping, ValueError), (rows.tolist(), TypeError)):
            with self.assertRaises(error):
                fitted.apply(wrong, classes[:len(wrong)])
        whole = np.zeros((400, 9), np.float32)
        whole[:, :6] = rows
        whole[:, 6:] = 5
        twice = np.repeat(rows, 2, axis=0)
        fitted.apply(whole[:, :6], classes)  # a slice of columns, without a copy
        fitted.apply(twice[::2], classes)  # every other row
        fitted.apply(rows, classes)
        self.assertEqual(whole[:, :6].tobytes(), rows.tobytes())
        self.assertEqual(np.ascontiguousarray(twice[::2]).tobytes(), rows.tobytes())
        self.assertTrue((whole[:, 6:] == 5).all())

    def test_float64_rows_are_erased_where_they_are(self):
        rows = np.random.default_rng(1).normal(size=(400, 6))
        classes = np.arange(400) % 2
        rows[classes == 1] += 2
        fitted = recveil.ErasureMap.fit(rows, classes, ["a"])
        before = rows.copy()
        self.assertEqual(fitted.apply(rows, classes).n_mapped, 400)
        self.assertFalse((rows == before).all())

    def test_ids_are_range_checked(self):
        engine = scene.engine()
        for wrong in (-1, 1 << 64, np.int64(-1)):
            for call in (lambda: engine.route(wrong), lambda: engine.recommend(wrong, [1]),
                         lambda: engine.route_fast(wrong, 1), lambda: engine.folds_of([wrong])):
                with self.assertRaises(ValueError):
                    call()
        for wrong in (1.5, None, "", b""):
            with self.assertRaises((TypeError, ValueError)):
                engine.route(wrong)
        with self.assertRaises(ValueError):
            engine.recommend(1, np.array([-1]))
        with self.assertRaises(ValueError):
            engine.users(np.array([3, -1]))
        self.assertEqual(engine.user("a"), engine.users(["b", "a"])[1])

    def test_histories_are_cleaned(self):
        from scipy.sparse import coo_matrix, csr_matrix
        wild = csr_matrix((np.array([1, -1, 0, 2, 3], np.float32), np.array([3, 1, 0, 3, 2]),
                           np.array([0, 4, 5])), shape=(2, 5))
        plain = recveil._arrays.histories(wild)
        self.assertEqual(plain.items.tolist(), [3, 2])
        self.assertEqual(plain.offsets.tolist(), [0, 1, 2])
        self.assertEqual(wild.nnz, 5)  # the caller's is not touched
        weighed = recveil._arrays.histories(coo_matrix(wild), weighted=True)
        self.assertEqual(weighed.weights.tolist(), [3, 3])
        with self.assertRaises(ValueError):
            recveil._arrays.histories(([0, 5], [1]))
        with self.assertRaises(ValueError):
            recveil._arrays.histories(([0, 2, 1], [1, 2]))


class LongCalls(unittest.TestCase):
    def interrupted(self, code):
        """Send Ctrl-C half a second after the child says "go"; how long it took, and its output."""
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "go\n")
        time.sleep(0.5)
        start = time.monotonic()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        return time.monotonic() - start, out, err, child.returncode

    def test_ctrl_c_ends_an_audit_within_a_second(self):
        seconds, out, err, status = self.interrupted(
            "import recveil, time\nprint('go', flush=True)\ntry:\n"
            "  recveil.run_audit({'audit': 'membership', 'seeds': 50, 'recommender': 'ials'})\n"
            "except KeyboardInterrupt: print('interrupted', recveil.__version__)\n")
        self.assertEqual((out, status), ("interrupted 0.1.0\n", 0), err)
        self.assertLess(seconds, 1.0 if os.environ.get("RECVEIL_QUIET") else 3.0)

    def test_progress_is_told_and_can_stop(self):
        heard = []

        def stop(fraction, what):
            heard.append((fraction, what))
            return False
        with self.assertRaises(recveil.Cancelled):
            recveil.run_audit({"audit": "membership", "seeds": 20}, progress=stop)
        self.assertEqual(len(heard), 1)

    def test_what_progress_raises_reaches_the_caller(self):
        def broken(_fraction, _what):
            raise KeyError("mine")
        with self.assertRaises(KeyError):
            recveil.run_audit({"audit": "membership", "seeds": 20}, progress=broken)
        worker = []
        thread = threading.Thread(target=lambda: worker.append(
            self.assertRaises(KeyError, recveil.run_audit, {"audit": "membership", "seeds": 20},
                              progress=broken)))
        thread.start()
        thread.join(60)
        self.assertEqual(worker, [None])


if __name__ == "__main__":
    unittest.main()
