"""`recveil private`: releases from files, the budget, what is refused, and how it exits."""
import json
import pathlib
import re
import shlex
import stat
import tempfile
import unittest

from support import recveil

PEOPLE = ("--data", "synthetic:users=6000,items=300,seed=3")


class Private(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        recveil("key", "generate", self.folder / "recveil.key")
        self.configure("epsilon: 4, releases: 2")

    def configure(self, budget, people=5000):
        (self.folder / "recveil.yaml").write_text(
            f"keys: {{file: recveil.key}}\nprivate: {{ledger: ledger.db, {budget}, people: {people}}}\n")

    def command(self, name, *arguments):
        return recveil("private", name, *arguments, cwd=self.folder)

    def train(self, *arguments, data=PEOPLE):
        return self.command("train", "--config", "recveil.yaml", *data, *arguments)

    def budget(self):
        return json.loads(self.command("budget", "--config", "recveil.yaml", "--json").stdout)

    def refused(self, done, says):
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Arecveil: [^\n]+\n\Z")
        self.assertIn(says, done.stderr)

    def test_help_runs_as_printed(self):
        for words in (("private",), ("private", "train"), ("private", "budget"), ("private", "bounds")):
            self.assertEqual(recveil(*words, "--help").returncode, 0)
        examples = re.findall(r"^  recveil (private .*)$", recveil("private", "--help").stdout, re.M)
        self.assertEqual(len(examples), 3)
        for line in examples:
            done = recveil(*shlex.split(line), cwd=self.folder)
            self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")
            self.assertNotEqual(done.stdout, "")

    def test_a_release_is_booked_once_and_repeated_for_nothing(self):
        self.assertEqual(self.budget()["releases_left"], 2)
        first = self.train("--out", "a.bin", "--json")
        self.assertEqual(first.returncode, 0, first.stderr)
        report = json.loads(first.stdout)
        self.assertEqual(report["release"], 1)
        self.assertEqual(report["releases_left"], 1)
        self.assertAlmostEqual(report["mu"], 0.838 / 2**0.5, delta=1e-3)
        self.assertEqual(report["items"], 300)
        self.assertGreaterEqual(report["above_noise"], 3)
        self.assertIn("--items", first.stderr)
        again = json.loads(self.train("--out", "b.bin", "--json").stdout)
        self.assertEqual(again["release"], 1, "the same histories")
        self.assertEqual((self.folder / "a.bin").read_bytes(), (self.folder / "b.bin").read_bytes())
        other = ("--data", "synthetic:users=6001,items=300,seed=3")
        self.refused(self.train("--out", "c.bin", "--release", 1, data=other),
                     "release 1: was booked for other statistics")
        self.assertEqual(json.loads(self.train("--out", "c.bin", "--json", data=other).stdout)["release"], 2)
        third = ("--data", "synthetic:users=6002,items=300,seed=3")
        self.refused(self.train("--out", "d.bin", data=third), "release 3: over budget")
        self.assertEqual(sorted(p.name for p in self.folder.glob("*.bin*")), ["a.bin", "b.bin", "c.bin"])
        budget = self.budget()
        self.assertEqual((budget["releases"], budget["releases_left"]), (2, 0))
        self.assertAlmostEqual(budget["mu_spent"], budget["mu"], places=9)
        self.assertAlmostEqual(budget["epsilon"], 4, places=6)
        text = self.command("budget", "--config", "recveil.yaml").stdout
        self.assertIn("epsilon 4 at delta 1e-06", text)
        self.assertIn("larger AUC than 0.723", " ".join(text.split()))
        self.assertEqual(stat.S_IMODE((self.folder / "ledger.db").stat().st_mode), 0o600)
        doctor = recveil("doctor", "--config", "recveil.yaml", cwd=self.folder)
        self.assertRegex(doctor.stdout, r"warning +private +mu .*the next release is refused")
        self.configure("epsilon: 1, releases: 2")
        doctor = recveil("doctor", "--config", "recveil.yaml", cwd=self.folder)
        self.assertRegex(doctor.stdout, r"FAILED +private .*more than the configuration promises")
        self.assertEqual(doctor.returncode, 1)

    def test_items_of_the_shop(self):
        (self.folder / "rows.csv").write_text(
            "".join(f"u{u},{i}\n" for u in range(600) for i in range(u % 5, 60, 5)))
        (self.folder / "items.txt").write_text("".join(f"{i}\n" for i in range(59, 4, -1)) + "unsold\n")
        self.configure("mu: 5", people=500)
        data = ("--data", "csv:rows.csv")
        done = self.train("--items", "items.txt", "--out", "m.bin", "--json", "--kind", "item_item",
                          data=data)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual((report["items"], report["items_from"]), (56, "items.txt"))
        self.assertEqual(done.stderr, "recveil: 600 interactions with items that items.txt does not list "
                                      "were left out\n")
        with (self.folder / "items.txt").open("a") as file:
            file.write("7\n")
        self.refused(self.train("--items", "items.txt", "--out", "n.bin", data=data),
                     "items.txt:57: item: is listed twice")

    def test_what_is_refused(self):
        self.refused(self.train("--out", "m.bin", data=("--data", "synthetic:users=400")),
                     "fewer people than private.people")
        self.assertEqual(self.budget()["releases"], 0)
        self.refused(self.train("--out", "m.bin", data=("--data", "csv:missing.csv")), "missing.csv")
        self.refused(self.train("--out", "nowhere/m.bin"), "nowhere/m.bin")
        self.refused(self.train("--out", "m.bin", "--dimension", 500,
                                data=("--data", "synthetic:users=6000,items=500")),
                     "--dimension: 500 is above the 272 items")
        self.assertEqual(self.budget()["releases"], 0)
        self.refused(self.command("budget", "--config", "missing.yaml"), "missing.yaml")
        self.refused(self.command("bounds"), "--epsilon")
        self.refused(self.command("bounds", "--epsilon", 1, "--mu", 1), "--mu")
        self.refused(self.command("bounds", "--mu", 101), "mu: must be in (0, 100]")
        (self.folder / "recveil.yaml").write_text("keys: {file: recveil.key}\n")
        self.refused(self.train("--out", "m.bin"), "private.ledger: missing")
        self.assertFalse(list(self.folder.glob("m.bin*")))

    def test_noise_is_no_model(self):
        self.configure("mu: 0.001")
        done = self.train("--out", "m.bin")
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no model to write", done.stdout)
        self.assertFalse((self.folder / "m.bin").exists())

    def test_the_audit_has_a_ceiling(self):
        """Sybils, canaries, lists of others: nobody passes the ceiling; without noise they do."""
        def audit(defense, *more):
            done = recveil("audit", "membership", "--data", "synthetic:users=2500,items=300,seed=3",
                           "--seeds", 1, "--shadows", 0, "--defense", defense, "--json", *more)
            self.assertEqual(done.stderr, "")
            return json.loads(done.stdout)

        sybil = ("--adversary", "sybil", "--canaries", 20)
        report = audit("private", "--epsilon", 8, *sybil, "--baselines")
        ceiling = report["ceiling"]
        self.assertAlmostEqual(ceiling["mu"], 1.532, places=3)
        self.assertAlmostEqual(ceiling["auc"], .861, places=3)
        self.assertEqual((ceiling["epsilon"], ceiling["delta"]), (8, 1e-6))
        for attacker in report["attackers"]:
            self.assertLess(attacker["auc"]["lo"], ceiling["auc"], attacker["attacker"])
        self.assertLessEqual(report["epsilon_lower_bound"], 8)
        self.assertLessEqual(ceiling["mu_lower_bound"], ceiling["mu"])
        self.assertLessEqual(ceiling["epsilon_lower_bound"], 8)
        informed = report["informed"]
        self.assertEqual((informed["members"], informed["attacked"], informed["others"]), (2075, 415, 425))
        self.assertGreater(informed["control"]["auc"], .9)
        self.assertTrue(informed["control"]["passed"])
        # A larger ridge hides more; .02 is a standard error of either.
        self.assertLess(informed["ridge_alone_auc"], informed["control"]["auc"] + .02)
        # One draw of 415 and 425 people, who share noise: four standard errors of .02, and .01.
        self.assertAlmostEqual(informed["best_test"]["auc"]["value"], informed["best_test"]["ceiling"], delta=.09)
        self.assertEqual(informed["pair"]["draws"], 20)
        others = {row["name"]: row for row in informed["baselines"]}
        self.assertEqual(list(others), ["no_noise", "randomized_response_bit", "randomized_response_person",
                                        "vp_dpmf"])
        # 415 and 425 people: an AUC has a standard error of at most .02, and five of them are .1. What keeps
        # 8 for the person has no lists left; 8 for each bit promises a person nothing.
        self.assertAlmostEqual(others["randomized_response_person"]["auc"]["value"], .5, delta=.1)
        self.assertAlmostEqual(others["randomized_response_person"]["epsilon_person"], 8)
        self.assertGreater(others["randomized_response_bit"]["epsilon_person"], 1000)
        self.assertGreater(others["randomized_response_bit"]["auc"]["value"],
                           others["randomized_response_person"]["auc"]["value"])
        self.assertLess(others["randomized_response_person"]["ndcg10"]["non_members"],
                        .5 * others["randomized_response_bit"]["ndcg10"]["non_members"])
        self.assertIn("sybil_learned", [attacker["attacker"] for attacker in report["attackers"]])
        # Items of one person are not among the 270 that the model is about, but by a freak of noise.
        canaries = report["canaries"]
        self.assertLessEqual(canaries["any_fold_alone"]["members"], 1)
        bare = audit("fold_in", *sybil)
        self.assertNotIn("ceiling", bare)
        self.assertNotIn("informed", bare)
        self.refused(recveil("audit", "membership", "--defense", "fold_in", "--member-share", .5),
                     "--member-share: of defence private")
        self.assertGreater(bare["canaries"]["any_fold_alone"]["members"], 5)
        self.assertGreater(audit("none")["epsilon_lower_bound"], 1)
        few = recveil("audit", "membership", "--data", "synthetic:users=500,items=300,seed=3",
                      "--seeds", 1, "--shadows", 0, "--defense", "private", "--epsilon", .1)
        self.refused(few, "it is noise")

    def test_tune_shows_it(self):
        done = recveil("tune", "--data", "synthetic:users=2500,items=300,seed=3", "--seeds", 1, "--modes",
                       "none,private", "--epsilons", "8,4", "--ceiling", .999, "--svg", self.folder / "a.svg",
                       "--yaml", self.folder / "a.yaml", "--key", "recveil.key", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        report = json.loads(done.stdout)
        self.assertEqual([(a["defense"], a["epsilon"]) for a in report["audits"][1:]],
                         [("private", 4), ("private", 8)])
        self.assertIn("private, epsilon 8", (self.folder / "a.svg").read_text())
        self.assertEqual(recveil("config", "check", "a.yaml", cwd=self.folder).returncode, 0)

    def test_bounds(self):
        report = json.loads(self.command("bounds", "--epsilon", 4, "--json").stdout)
        self.assertAlmostEqual(report["mu"], .838, places=3)
        self.assertAlmostEqual(report["auc"], .723, places=3)
        self.assertAlmostEqual(report["tpr"], .068, places=3)
