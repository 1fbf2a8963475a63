"""The main job on real data: what the README claims of MovieLens 1M."""
import json
import os
import unittest

from support import recveil

DATA = os.environ.get("RECVEIL_DATA_DIR", "")


@unittest.skipUnless(DATA, "RECVEIL_DATA_DIR is not set")
class MovieLens(unittest.TestCase):
    def test_randomization_fools_the_naive_attacker_alone(self):
        done = recveil("demo", "--data", f"ml-1m:{DATA}/ml-1m", "--seeds", 2, "--json", timeout=600)
        self.assertEqual(done.returncode, 0, done.stderr)
        cells = {(a["defense"], a["adversary"]): a for a in json.loads(done.stdout)["audits"]}
        self.assertLess(cells["private", "adaptive"]["auc"]["lo"], cells["private", "adaptive"]["ceiling"]["auc"])
        off = cells["none", "adaptive"]
        naive = cells["popularity_randomization", "naive"]
        adaptive = cells["popularity_randomization", "adaptive"]
        self.assertGreaterEqual(off["auc"]["value"], .99)
        self.assertGreaterEqual(adaptive["auc"]["value"], .95)
        for cell in (off, naive, adaptive):
            self.assertEqual(cell["verdict"], "leak")
        for cell in cells.values():
            self.assertTrue(cell["controls"]["positive"]["passed"])
            self.assertTrue(cell["controls"]["negative"]["passed"])

        def accuracy(cell):
            mlp, = (a for a in cell["attackers"] if a["attacker"] == "difference_mlp")
            return mlp["balanced_accuracy"]["value"], mlp

        # The paper: attack performance falls by more than 12 % for Item-CF.
        before, _ = accuracy(off)
        after, mlp = accuracy(naive)
        print(f"\nMLP balanced accuracy {before:.3f} -> {after:.3f}, splits "
              f"{[round(v, 3) for v in mlp['split_balanced_accuracy']]}, "
              f"max(AUC, 1 - AUC) {[round(max(v, 1 - v), 3) for v in mlp['split_auc']]}")
        self.assertLessEqual(after, before * (1 - .12))
        ndcg = naive["utility"]["ndcg10"]
        self.assertLess(ndcg["non_members"], ndcg["members"], "non-members pay for it")


if __name__ == "__main__":
    unittest.main()
