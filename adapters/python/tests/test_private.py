"""The accountant of private training against dp-accounting, and a release from Python."""
import ctypes as c
import math
import os
import tempfile
import unittest

import dp_accounting
import numpy as np
import recveil
from recveil import Engine, PrivateModel, PrivateStatistics, Reason, abi
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

    def test_statistics_are_sums_whatever_the_order(self):
        draw = np.random.default_rng(3)
        rows = [draw.choice(80, int(draw.integers(0, 9)), replace=False) for _ in range(500)]
        for catalogue in (None, np.arange(5, 45, dtype=np.uint32)):
            whole = PrivateStatistics(80, catalogue).add(rows)
            parts = [PrivateStatistics(80, catalogue).add(rows[begin::7]) for begin in range(7)]
            total = PrivateStatistics.open(parts[3].to_bytes())
            for one in (6, 0, 2, 5, 1, 4):
                total.merge(parts[one])
            self.assertEqual(total.to_bytes(), whole.to_bytes())
            self.assertEqual(total.n_people, 500)
            with self.assertRaises(ValueError):
                total.merge(PrivateStatistics(81, catalogue))
            with self.assertRaises(recveil.DataError):
                PrivateStatistics.open(whole.to_bytes()[:-9])
        with self.assertRaisesRegex(recveil.ArgumentError, "person 0: an item"):
            PrivateStatistics(80).add([[80]])

    def test_a_release_is_served(self):
        draw = np.random.default_rng(1)
        rows = [draw.choice(40, 8, replace=False) + 40 * (u % 2) for u in range(600)]
        with tempfile.TemporaryDirectory() as folder:
            recveil.generate_key(os.path.join(folder, "key"))
            engine = Engine(f"serving: {{mode: private}}\nkeys: {{file: {folder}/key}}\n"
                            f"private: {{ledger: {folder}/ledger, mu: 8, people: 500, catalogue: 60}}\n")
            self.assertEqual(recveil.private_budget(engine).n_left, 1)
            counts = PrivateStatistics(80).add(rows)
            catalogue = recveil.private_catalogue(engine, 1, counts)
            self.assertEqual(len(catalogue), 60)
            np.testing.assert_array_equal(recveil.private_catalogue(engine, 1, counts), catalogue)
            budget = recveil.private_budget(engine)
            self.assertEqual((budget.n_left, budget.n_releases, budget.n_people), (0, 1, 500))
            gram = PrivateStatistics(80, catalogue).add(rows)
            model = PrivateModel.train(engine, 1, counts, gram)
            self.assertEqual(PrivateModel.train(engine, 1, counts, gram).to_bytes(), model.to_bytes())
            again = PrivateModel.open(model.to_bytes())
            np.testing.assert_array_equal(again.catalogue, catalogue)
            self.assertEqual(again.mu, 8)
            self.assertGreaterEqual(again.n_above_noise, 3)
            again.publish(engine, model_version=1)
            history = [int(i) for i in catalogue if i < 40][:4]
            page = engine.recommend(7, k=10, history=history)
            self.assertEqual(len(page.items), 10)
            self.assertEqual(page.decision.reason, Reason.PRIVATE)
            self.assertGreaterEqual(sum(int(i) < 40 for i in page.items), 8)
            with self.assertRaises(recveil.StateError):  # the budget is used up
                recveil.private_catalogue(engine, 2, counts)
            engine.close()


if __name__ == "__main__":
    unittest.main()
