"""Membership through implicit on real data: what an outsider tells with one model and with cross-fit.

Hypothesis of each audit: AUC = .5. Half of the people are members; F = 5; d = 64, alpha 10, lambda 10.
The worst of seven attackers, 95 % intervals corrected for seven. Three splits are pooled with their
inverse variances. The control, one model for all, must leak.
"""
import unittest

import datasets
import membership
import numpy as np
import recveil
from implicit.cpu.als import AlternatingLeastSquares
from recveil.hosts.implicit import Guard

N, SPLITS = 20, (1, 2, 3)


def make():
    return AlternatingLeastSquares(factors=64, alpha=10.0, regularization=10.0, iterations=10,
                                   num_threads=1, random_state=7)


def measured(known, split):
    """NDCG of members and others, and the reports, by how people are served."""
    history, held_out, enough, members, data = membership.split(known, split)
    full = make()
    full.fit(data, show_progress=False)
    engine = recveil.Engine({"keys": {"ephemeral": True}, "serving": {
        "mode": "cross_fit", "folds": 5, "list_length": N, "support_floor": 5}})
    guard = Guard(make(), engine)
    guard.fit_folds(make, data, folds=5)
    lists = {"bare": full.recommend(enough, history[enough], N)[0],
             "one model": full.recommend(enough, history[enough], N, recalculate_user=True)[0],
             "cross-fit": guard.recommend(enough, history[enough], N)[0]}
    flags = members[enough]
    out = {}
    for name, shown in lists.items():
        utility = datasets.ndcg(shown, held_out, enough)
        report = None if name == "bare" else recveil.audit_population(
            recveil.Population(history[enough], shown, flags), n_items=known.shape[1], seeds=3)
        out[name] = utility[flags].mean(), utility[~flags].mean(), report
    return out


class Membership(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        datasets.need_data()

    def check(self, known, most, control):
        found = [measured(known, split) for split in SPLITS]
        for name in ("one model", "cross-fit"):
            worst = membership.pool([one[name][2] for one in found])
            print(f"{name}: members {np.mean([o[name][0] for o in found]):.4f} others "
                  f"{np.mean([o[name][1] for o in found]):.4f}; worst {worst.attacker} "
                  f"AUC {worst.auc:.3f}, upper bound of max(AUC, 1 - AUC) {worst.upper:.3f}; splits "
                  f"{[(o[name][2].verdict, round(o[name][2].worst.auc, 3)) for o in found]}", flush=True)
            if name == "one model":
                self.assertGreaterEqual(worst.most, control)
            else:
                self.assertLessEqual(worst.upper, most)
        bare = np.mean([one["bare"][0] for one in found])
        print(f"bare: members {bare:.4f} others {np.mean([o['bare'][1] for o in found]):.4f}")
        self.assertGreaterEqual(np.mean([one["cross-fit"][0] for one in found]), bare)

    def test_ml_1m(self):
        self.check(datasets.ml1m()[0], 0.54, 0.57)

    def test_lastfm(self):
        self.check(datasets.lastfm(), 0.55, 0.78)


if __name__ == "__main__":
    unittest.main()
