"""The recipes for Polars, DuckDB and Dask (test_ray.py has Ray): each gives the bits of one array."""
import importlib
import sys
import unittest
from pathlib import Path

import numpy as np
from recveil import ErasureMap, ErasureStatistics

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples" / "python_engines"))
RANDOM = np.random.default_rng(11)
ROWS = RANDOM.normal(size=(3000, 6)).astype(np.float32)
CLASSES = RANDOM.integers(0, 2, 3000).astype(np.int32)
ROWS[CLASSES == 1, 0] += 1


class Recipe(unittest.TestCase):
    def check(self, name):
        expected = ROWS.copy()
        ErasureMap.fit_statistics([ErasureStatistics(6, 2).add(ROWS, CLASSES)], ["gender"]).apply(expected)
        found = importlib.import_module(f"{name}_erase").run(ROWS, CLASSES)
        if name == "ray":  # it keeps no order
            found, expected = (rows[np.lexsort(rows.T)] for rows in (found, expected))
        np.testing.assert_array_equal(found.view(np.uint32), np.ascontiguousarray(expected).view(np.uint32))


class Recipes(Recipe):
    def test_polars(self):
        self.check("polars")

    def test_duckdb(self):
        self.check("duckdb")

    def test_dask(self):
        self.check("dask")


if __name__ == "__main__":
    unittest.main()
