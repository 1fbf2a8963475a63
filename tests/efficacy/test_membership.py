"""The bars of the membership audit on public data: what must leak does, what must not does not.

Each line that is printed is a result: data, recommender, defence, adversary, AUC of the worst attacker
with its corrected interval, verdict. Seeds were fixed before the first run and never tuned on.
"""
import json
import os
import unittest

from support import recveil

DATA = os.environ.get("RECVEIL_DATA_DIR", "")
FIRST_SEED = 201


def audit(data, *arguments, seeds=1):
    done = recveil("audit", "membership", "--data", f"{data}:{DATA}/{data}", "--seeds", seeds,
                   "--first-seed", FIRST_SEED, "--json", *arguments, timeout=3000)
    assert done.returncode in (0, 1, 3), done.stderr
    report = json.loads(done.stdout)
    auc, equal = report["auc"], report["at_equal_activity"]
    print(data, *arguments, f"seeds={seeds}", f"n={report['n']['target_members'] * seeds}",
          f"{report['worst_attacker']} AUC {auc['value']:.3f} [{auc['lo']:.3f}, {auc['hi']:.3f}]",
          report["verdict"], "| like activity "
          f"{equal['auc']['value']:.3f} [{equal['auc']['lo']:.3f}, {equal['auc']['hi']:.3f}]",
          "| NDCG@10", *(f"{report['utility']['ndcg10'][g]:.3f}" for g in ("members", "non_members")),
          f"| {report['seconds']:.1f} s", flush=True)
    return report


def auc_of(report, name):
    return next(a["auc"]["value"] for a in report["attackers"] if a["attacker"] == name)


@unittest.skipUnless(DATA, "RECVEIL_DATA_DIR is not set")
class Membership(unittest.TestCase):
    def check_grid(self, data, seeds):
        """Undefended, and with the defence known: every cell leaks, and the attackers are sound.

        They do so without the shadow systems of the likelihood ratio, which cost most of the time.
        """
        for recommender in ("item_cf", "ials"):
            for defense in ("none", "popularity_randomization"):
                with self.subTest(data=data, recommender=recommender, defense=defense):
                    report = audit(data, "--recommender", recommender, "--defense", defense,
                                   "--shadows", 0, seeds=seeds)
                    self.assertEqual(report["verdict"], "leak")
                    self.assertTrue(all(c["passed"] for c in report["controls"].values()))

    def check_hidden(self, data, recommender, seeds=8):
        """Nobody's own list tells: the corrected interval contains .5 and ends below .53."""
        report = audit(data, "--recommender", recommender, "--defense", "cross_fit", seeds=seeds)
        self.assertEqual(report["verdict"], "no_leak_found")
        auc = report["auc"]
        self.assertLessEqual(auc["lo"], 0.5)
        self.assertGreaterEqual(auc["hi"], 0.5)
        self.assertLessEqual(max(auc["hi"], 1 - auc["lo"]), 0.53)

    def check_stale(self, data, recommender):
        report = audit(data, "--recommender", recommender, "--defense", "cross_fit", "--freshness",
                       "stale_members", "--shadows", 0)
        self.assertEqual(report["verdict"], "leak")
        self.assertGreaterEqual(report["auc"]["value"], 0.9)


class Quick(Membership):
    def test_every_cell_leaks_to_who_knows_the_defence(self):
        self.check_grid("lastfm-2k", 1)

    def test_one_model_remembers_its_members(self):
        report = audit("lastfm-2k", "--recommender", "ials", "--defense", "fold_in")
        strong, mlp = auc_of(report, "strong"), auc_of(report, "difference_mlp")
        print(f"strong {strong:.3f}, the published network {mlp:.3f}")
        self.assertEqual(report["verdict"], "leak")
        self.assertGreaterEqual(strong, 0.85)
        self.assertLess(mlp, 0.8)

    def test_cross_fit_hides(self):
        self.check_hidden("lastfm-2k", "item_cf")  # iALS: the sweep

    def test_stale_histories_tell(self):
        self.check_stale("lastfm-2k", "item_cf")


class Sweep(Membership):
    """Minutes: ctest label sweep."""

    def test_every_cell_leaks_to_who_knows_the_defence(self):
        self.check_grid("lastfm-2k", 3)
        self.check_grid("ml-1m", 3)

    def test_cross_fit_hides(self):
        for data in ("lastfm-2k", "ml-1m"):
            for recommender in ("item_cf", "ials"):
                with self.subTest(data=data, recommender=recommender):
                    self.check_hidden(data, recommender)

    def test_stale_histories_tell(self):
        for recommender in ("item_cf", "ials"):
            self.check_stale("lastfm-2k", recommender)

    def test_knowing_less_or_more_does_not_help(self):
        for recommender in ("item_cf", "ials"):
            for known in (("--knowledge", 0.2), ("--knowledge", 0.5), ("--later-items",),
                          ("--freshness", "current")):
                with self.subTest(recommender=recommender, known=known):
                    report = audit("lastfm-2k", "--recommender", recommender, "--defense",
                                   "cross_fit", *known, seeds=8)
                    self.assertNotEqual(report["verdict"], "leak")
                    self.assertLess(abs(report["auc"]["value"] - 0.5), 0.02)

    def test_activity_is_no_fault_of_the_lists(self):
        for recommender in ("item_cf", "ials"):
            with self.subTest(recommender=recommender):
                report = audit("ml-1m", "--recommender", recommender, "--defense", "cross_fit",
                               "--activity", "biased", seeds=8)
                equal = report["at_equal_activity"]
                blind = equal["activity_auc"]  # sees no list at all
                print(f"blind {blind['value']:.3f}", flush=True)
                self.assertGreaterEqual(max(blind["value"], 1 - blind["value"]), 0.6)
                self.assertLessEqual(equal["auc"]["lo"], 0.5)
                self.assertGreaterEqual(equal["auc"]["hi"], 0.5)


if __name__ == "__main__":
    unittest.main()
