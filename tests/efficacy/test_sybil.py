"""The bars of the sybil and of canaries on public data: what cross-fit serving does not hide is reported.

Each line that is printed is a result. Seeds were fixed before the first run and never tuned on.
"""
import unittest

from test_membership import DATA, audit, auc_of


@unittest.skipUnless(DATA, "RECVEIL_DATA_DIR is not set")
class Sybil(unittest.TestCase):
    def check_sybil(self, data, recommender, floor, at_least, *settings, seeds=1):
        report = audit(data, "--recommender", recommender, "--defense", "cross_fit", "--adversary",
                       "sybil", "--support-floor", floor, "--shadows", 0, *settings,
                       seeds=seeds)
        print(", ".join(f"{name} {auc_of(report, name):.3f}"
                        for name in ("strong", "sybil_probe", "sybil_paired")), flush=True)
        self.assertEqual(report["verdict"], "leak")
        self.assertIn(report["worst_attacker"], ("sybil_probe", "sybil_paired"))
        self.assertGreaterEqual(auc_of(report, "sybil_paired"), at_least)
        # Their own list tells nothing all the while: four standard errors of an AUC of .5 with 744 a
        # class, exceeded by chance once in 15,000.
        self.assertLess(abs(auc_of(report, "strong") - 0.5), 0.06)

    def check_canaries(self, data, recommender, defense, *settings):
        """Counts of a hundred: {own_slate, any_fold, any_fold_alone}."""
        report = audit(data, "--recommender", recommender, "--defense", defense, "--canaries", 100,
                       "--shadows", 0, *settings)
        canaries = report["canaries"]
        print("canaries", canaries, flush=True)
        self.assertEqual(canaries.pop("n"), 100)
        for shown in canaries.values():
            self.assertEqual(shown["non_members"], 0, "nobody was trained on it")
        return {name: shown["members"] for name, shown in canaries.items()}

    def check_floor(self, data, recommender):
        shown = self.check_canaries(data, recommender, "cross_fit", "--support-floor", 5)
        self.assertEqual(set(shown.values()), {0})

    def check_no_floor(self, data, recommender, most):
        """One model gives them away to anybody, cross-fit to other accounts alone."""
        one = self.check_canaries(data, recommender, "fold_in")
        self.assertGreaterEqual(min(one.values()), most)
        folds = self.check_canaries(data, recommender, "cross_fit", "--support-floor", 1)
        self.assertEqual(folds["own_slate"], 0)
        self.assertGreaterEqual(min(folds["any_fold"], folds["any_fold_alone"]), most)


class Quick(Sybil):
    def test_other_accounts_find_members(self):
        for recommender in ("item_cf", "ials"):
            with self.subTest(recommender=recommender):
                self.check_sybil("lastfm-2k", recommender, 1, 0.95)

    def test_a_floor_hides_canaries(self):
        self.check_floor("lastfm-2k", "item_cf")

    def test_without_a_floor_canaries_show(self):
        shown = self.check_canaries("lastfm-2k", "item_cf", "fold_in")
        self.assertGreaterEqual(min(shown.values()), 90)


class Sweep(Sybil):
    """Minutes: ctest label sweep."""

    def test_other_accounts_find_members(self):
        for recommender in ("item_cf", "ials"):
            with self.subTest(recommender=recommender):
                self.check_sybil("lastfm-2k", recommender, 1, 0.95, seeds=3)

    def test_a_floor_does_not_stop_them(self):
        for recommender in ("item_cf", "ials"):
            with self.subTest(recommender=recommender):
                self.check_sybil("lastfm-2k", recommender, 5, 0.9, seeds=3)

    def test_canaries(self):
        for recommender, most in (("item_cf", 90), ("ials", 30)):
            with self.subTest(recommender=recommender):
                self.check_floor("lastfm-2k", recommender)
                self.check_no_floor("lastfm-2k", recommender, most)


if __name__ == "__main__":
    unittest.main()
