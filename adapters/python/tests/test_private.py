"""The accountant of private training against dp-accounting, and a release from Python by the C calls."""
import ctypes as c
import math
import os
import tempfile
import unittest

import dp_accounting
import numpy as np
from recveil import Engine, Reason, abi
from recveil._lib import LIB


def mu_of(epsilon, delta):
    out = c.c_double()
    LIB.recveil_private_mu(epsilon, delta, c.byref(out))
    return out.value


def bounds_of(mu, delta):
    out = abi.recveil_private_bounds()
    LIB.recveil_private_bounds_of(mu, delta, .01, c.byref(out))
    return out


class Accountant(unittest.TestCase):
    def test_mu_is_that_of_dp_accounting(self):
        """A Gaussian mechanism of sensitivity 1 and sigma has mu = 1 / sigma."""
        for epsilon in (.1, .5, 1, 2, 4, 8, 16):
            for delta in (1e-10, 1e-6, 1e-4):
                sigma = dp_accounting.get_sigma_gaussian(epsilon, delta)
                self.assertAlmostEqual(mu_of(epsilon, delta) * sigma, 1, delta=1e-6)

    def test_epsilon_is_that_of_dp_accounting(self):
        for mu in (.05, .237, .838, 1.532, 2.713, 6):
            for delta in (1e-9, 1e-6, 1e-3):
                theirs = dp_accounting.get_epsilon_gaussian(1 / mu, delta)
                self.assertAlmostEqual(bounds_of(mu, delta).epsilon, theirs, delta=1e-6 * max(1, theirs))

    def test_there_and_back(self):
        for epsilon in (.1, 1, 4, 16):
            self.assertAlmostEqual(bounds_of(mu_of(epsilon, 1e-6), 1e-6).epsilon, epsilon, delta=1e-9 * epsilon)

    def test_releases_compose_as_its_accountant_has_it(self):
        """Twelve releases of mu / sqrt 12 are one of mu."""
        accountant = dp_accounting.rdp.RdpAccountant()
        sigma = math.sqrt(12) / mu_of(4, 1e-6)
        accountant.compose(dp_accounting.GaussianDpEvent(sigma), 12)
        # Renyi's conversion is not exact: it may only say more, and not by much.
        self.assertGreaterEqual(accountant.get_epsilon(1e-6), 4)
        self.assertLessEqual(accountant.get_epsilon(1e-6), 4.4)


class Release(unittest.TestCase):
    def test_every_reason_has_a_name(self):
        known = {value for name, value in vars(abi).items() if name.startswith("RECVEIL_REASON_")}
        self.assertEqual(known, set(Reason))

    def statistics(self, rows, n_items, catalogue=None):
        shape = abi.recveil_private_shape(n_items=n_items)
        if catalogue is not None:
            shape.n_catalogue = len(catalogue)
            shape.catalogue = catalogue.ctypes.data
        size = c.c_size_t()
        LIB.recveil_private_stats_size(c.byref(shape), c.byref(size))
        block = np.zeros((size.value + 7) // 8, np.int64)
        pointer = block.ctypes.data
        LIB.recveil_private_stats_init(c.byref(shape), pointer, size.value)
        offsets = np.cumsum([0] + [len(row) for row in rows]).astype(np.uint64)
        items = np.concatenate(rows).astype(np.uint32)
        LIB.recveil_private_stats_add(pointer, size.value, offsets.ctypes.data, items.ctypes.data,
                                      len(rows))
        return block, pointer, size.value

    def test_a_release_is_served(self):
        draw = np.random.default_rng(1)
        rows = [draw.choice(40, 8, replace=False) + 40 * (u % 2) for u in range(600)]
        with tempfile.TemporaryDirectory() as folder:
            key = os.path.join(folder, "key")
            LIB.recveil_key_generate(key.encode())
            engine = Engine(f"serving: {{mode: private}}\nkeys: {{file: {key}}}\n"
                            f"private: {{ledger: {folder}/ledger, mu: 8, people: 500, catalogue: 60}}\n")
            handle = engine._live().pointer
            counts, counts_at, counts_size = self.statistics(rows, 80)
            catalogue = np.zeros(60, np.uint32)
            n = c.c_size_t()
            LIB.recveil_private_catalogue(handle, 1, counts_at, counts_size, None, catalogue.ctypes.data,
                                          60, c.byref(n))
            gram, gram_at, gram_size = self.statistics(rows, 80, catalogue)
            model = c.c_void_p()
            training = abi.recveil_private_training(release=1)
            LIB.recveil_private_train(handle, c.byref(training), counts_at, counts_size, gram_at, gram_size,
                                      c.byref(model))
            LIB.recveil_publish_private(handle, model, 1)
            LIB.recveil_private_model_close(model)
            history = [int(i) for i in catalogue if i < 40][:4]
            page = engine.recommend(7, k=10, history=history)
            self.assertEqual(len(page.items), 10)
            self.assertEqual(page.decision.reason, Reason.PRIVATE)
            self.assertGreaterEqual(sum(int(i) < 40 for i in page.items), 8)
            engine.close()


if __name__ == "__main__":
    unittest.main()
