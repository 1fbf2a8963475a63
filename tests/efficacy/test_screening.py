"""The bars of account screening on public data: campaigns are caught, people are not.

Each line that is printed is a result. Seeds were fixed before the first run and never tuned on.
"""
import json
import os
import unittest

from support import recveil

DATA = os.environ.get("RECVEIL_DATA_DIR", "")
FIRST_SEED = 401
CAUGHT_BAR, PEOPLE_BAR = 0.95, 0.01


def audit(data, *arguments, seeds=1, first=FIRST_SEED):
    done = recveil("audit", "screening", "--data", f"{data}:{DATA}/{data}", "--seeds", seeds,
                   "--first-seed", first, "--json", *arguments, timeout=5000)
    assert done.returncode in (0, 1, 3), done.stderr
    report = json.loads(done.stdout)
    print(f"{data} {report['defense']} seeds {first}+{seeds} rate {report['injection_rate']}: "
          f"{report['verdict']}, {report['seconds']:.0f} s", flush=True)
    for row in report["by_attack"]:
        print(f"  {row['attack']} {row['targets']}: {row['campaigns_caught']}/{row['campaigns']} "
              f"[{row['caught']['lo']:.3f}, {row['caught']['hi']:.3f}], deferred "
              f"{row['deferred_rate']:.3f}, people {row['attacked_batch_fpr']:.4f}", flush=True)
    for row in report["clean"] + report["scenes"]:
        rate = row.get("fpr") or row["quarantined_rate"]
        name = row.get("scene") or f"{row['order']} {row['batch']}"
        print(f"  {name}: {rate['value']:.4f} [{rate['lo']:.4f}, {rate['hi']:.4f}]", flush=True)
    return report


def caught(report):
    """(campaigns caught, campaigns) of the claimed attacks."""
    rows = [row for row in report["by_attack"] if row["claimed"]]
    return sum(r["campaigns_caught"] for r in rows), sum(r["campaigns"] for r in rows)


@unittest.skipUnless(DATA, "RECVEIL_DATA_DIR is not set")
class Screening(unittest.TestCase):
    def check_controls(self, report):
        self.assertTrue(all(c["passed"] for c in report["controls"].values()), report["controls"])


class Quick(Screening):
    def test_campaigns_are_caught_and_people_are_not(self):
        for data in ("ml-100k", "filmtrust"):
            with self.subTest(data=data):
                report = audit(data, "--adversary", "naive", "--sizes", "average", "--repeats", 4,
                               "--impact-splits", 0, "--no-scenes")
                self.check_controls(report)
                hits, campaigns = caught(report)
                # If .95 are caught, fewer than 24 of 30 are one time in 3,000 (binomial).
                self.assertEqual(campaigns, 30)
                self.assertGreaterEqual(hits, 24)
                # 4 repeats x 800 or so accounts: 2 % is twice the bar.
                self.assertLessEqual(report["clean_fpr"]["random"]["value"], 2 * PEOPLE_BAR)

    def test_the_published_detector_misses_them(self):
        report = audit("ml-100k", "--defense", "ocsvm", "--adversary", "naive", "--sizes", "average",
                       "--repeats", 4, "--impact-splits", 0, "--no-scenes")
        self.check_controls(report)
        self.assertEqual(report["verdict"], "leak")
        hits, campaigns = caught(report)
        self.assertLess(hits, campaigns / 2)


    def test_a_crowd_is_not_taken_for_the_target_of_a_finding(self):
        """In this split a weak finding of another item catches some of the crowd. The item that the
        whole crowd came for had been judged a trend, and was once attributed to them as the target:
        152 of 188 people were quarantined, 16 are now. Kept as it was found, so no fresh seed."""
        report = audit("ml-100k", "--adversary", "naive", "--attacks", "random", "--sizes", "average",
                       "--repeats", 0, "--impact-splits", 0, first=704)
        rate = {row["scene"]: row["quarantined_rate"]["value"] for row in report["scenes"]}
        self.assertLessEqual(rate["flash_crowd"], 0.2)


class Sweep(Screening):
    """Every attack, size and target on ten fresh splits: minutes, on ml-1m a quarter of an hour."""

    def check_bars(self, data, *arguments):
        report = audit(data, *arguments, seeds=10)
        self.check_controls(report)
        for row in report["by_attack"]:
            if not row["claimed"]:
                continue
            with self.subTest(data=data, attack=row["attack"]):
                self.assertGreaterEqual(row["caught"]["value"], CAUGHT_BAR)
        for order, rate in report["clean_fpr"].items():
            if rate is not None:
                with self.subTest(data=data, order=order):
                    self.assertLessEqual(rate["value"], PEOPLE_BAR)
        for row in report["scenes"]:
            if row["scene"].startswith(("flash_crowd", "yearly_rush", "returning_", "new_after_",
                                        "shared_history")):
                with self.subTest(data=data, scene=row["scene"]):
                    self.assertLessEqual(row["quarantined_rate"]["value"], PEOPLE_BAR)

    def test_ml_100k(self):
        self.check_bars("ml-100k")

    def test_filmtrust(self):
        self.check_bars("filmtrust")

    def test_ml_1m(self):
        self.check_bars("ml-1m", "--adversary", "naive")

    def test_newer_campaigns(self):
        """Pushing down, popular and shifting targets, groups without a common filler or item."""
        least = {"nuke_random": 0.9, "nuke_average": 0.9, "nuke_template_copy": 0.9,
                 "popular_random": 0.9, "popular_average": 0.9, "popular_segment": 0.9,
                 "popular_template_copy": 0.9, "group_strict": 0.8, "group_loose": 0.8,
                 "shifting_targets": 0.8, "spread_targets": 0}
        for data, seeds in (("ml-100k", 10), ("filmtrust", 10), ("ml-1m", 5)):
            report = audit(data, "--attacks", *least, "--sizes", "average", "--repeats", 0,
                           "--no-scenes", "--impact-splits", 0, seeds=seeds, first=9001)
            if data != "ml-1m":
                continue  # told, not claimed
            for row in report["by_attack"]:
                if row["targets"] == "shared":
                    with self.subTest(data=data, attack=row["attack"]):
                        self.assertGreaterEqual(row["caught"]["value"], least[row["attack"]])

    def test_other_rates_are_reported(self):
        for rate in (0.003, 0.05):
            for data in ("ml-100k", "filmtrust", "ml-1m"):
                audit(data, "--injection-rate", rate, "--sizes", "average", "--repeats", 0,
                      "--no-scenes", "--impact-splits", 0, seeds=3 if data == "ml-1m" else 10)


if __name__ == "__main__":
    unittest.main()
