"""`recveil audit lists`: the way through files gives what the way through the library gives, what
is refused, what is warned of, and the example of docs/export.md."""
import csv
import json
import os
import pathlib
import random
import re
import sqlite3
import sys
import tempfile
import unittest

from support import SOURCE, recveil, run

DATA = os.environ.get("RECVEIL_DATA_DIR", "")


class Lists(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def files(self, prefix=""):
        option = f"--{prefix}"
        return [part for name in ("histories", "lists", "members")
                for part in (option + name, self.folder / f"{prefix}{name}.csv")]

    def audit(self, *arguments):
        done = recveil("audit", "lists", *arguments, "--json", timeout=600)
        self.assertIn(done.returncode, (0, 1, 3), done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode,
                         {"no_leak_found": 0, "leak": 1, "inconclusive": 3}[report["verdict"]])
        return report

    def check_same(self, data, *arguments, first_seed=1):
        """The system of the first split, in the library and through files, where nobody has
        systems of their own."""
        done = recveil("audit", "membership", "--data", data, *arguments, "--seeds", 1,
                       "--first-seed", first_seed, "--export", self.folder, "--force",
                       "--shadows", 0, "--json",
                       timeout=600)
        inside = json.loads(done.stdout)
        through = self.audit(*self.files(), *self.files("shadow-"), "--auxiliary",
                             self.folder / "auxiliary.csv", "--items", self.folder / "items.csv",
                             "--seeds", 1, "--first-seed", first_seed)
        # It needs models of its own, which files do not show.
        of_lists = [a for a in inside["attackers"] if a["attacker"] != "shadow_ratio"]
        self.assertEqual([a["attacker"] for a in of_lists],
                         [a["attacker"] for a in through["attackers"]])
        for a, b in zip(of_lists, through["attackers"]):
            self.assertAlmostEqual(a["split_auc"][0], b["auc"]["value"], delta=1e-6,
                                   msg=a["attacker"])
            self.assertAlmostEqual(a["split_balanced_accuracy"][0],
                                   b["balanced_accuracy"]["value"], delta=1e-6, msg=a["attacker"])
        self.assertEqual(inside["verdict"], through["verdict"])
        return inside, through


class Synthetic(Lists):
    SMALL = "synthetic:users=600,items=300,seed=4"

    def test_empty_lists_come_back(self):
        """A floor above what most items have leaves some people nothing, here everybody or nearly:
        they have a row of rank 0, and the files are read back all the same."""
        for floor in (40, 100000):
            with self.subTest(floor=floor):
                done = recveil("audit", "membership", "--data", "synthetic:users=600,items=150,seed=3",
                               "--defense", "cross_fit", "--support-floor", floor, "--seeds", 1,
                               "--shadows", 0, "--export", self.folder, "--force", "--json")
                inside = json.loads(done.stdout)
                rows = list(csv.reader((self.folder / "lists.csv").open()))
                if floor == 100000:
                    self.assertTrue(all(row[1:] == ["0", ""] for row in rows))
                through = self.audit(*self.files(), *self.files("shadow-"), "--auxiliary",
                                     self.folder / "auxiliary.csv", "--items",
                                     self.folder / "items.csv", "--seeds", 1)
                for a, b in zip(inside["attackers"], through["attackers"]):
                    self.assertAlmostEqual(a["split_auc"][0], b["auc"]["value"], delta=1e-6,
                                           msg=a["attacker"])
                self.assertEqual(inside["floor"]["chosen_by"], "request")
                if floor == 100000:
                    self.assertEqual(inside["floor"]["removes"],
                                     {"items": 1, "interactions": 1, "next_items": 1})

    def test_files_and_library_give_the_same(self):
        self.check_same(self.SMALL, "--defense", "popularity_randomization", "--adversary", "naive",
                        first_seed=3)
        inside, through = self.check_same(self.SMALL, "--defense", "none")
        for key, value in (("schema", "recveil.audit/1"), ("audit", "lists"),
                           ("recommender", "host"), ("defense", "host"), ("utility", None),
                           ("shadow", "given")):
            self.assertEqual(through[key], value)
        self.assertEqual(through["warnings"], [])

    def test_without_a_shadow_and_with_pitfalls(self):
        recveil("audit", "membership", "--data", self.SMALL, "--seeds", 1, "--list-length", 10,
                "--export", self.folder)
        report = self.audit(*self.files(), "--seeds", 2)
        self.assertEqual(report["shadow"], "halves")
        self.assertEqual(len(report["warnings"]), 1)
        self.assertIn("no shadow population", report["warnings"][0])

        def rows_of(name):
            with open(self.folder / name, encoding="utf-8") as file:
                return list(csv.reader(file))

        members, rows, history = dict(rows_of("members.csv")), rows_of("lists.csv"), {}
        for user, item in rows_of("histories.csv"):
            history.setdefault(user, []).append(item)
        with open(self.folder / "lists.csv", "w", encoding="utf-8") as file:
            for user, rank, item in rows:
                if members[user] == "0" and rank == "10":
                    continue  # shorter lists
                if members[user] == "1" and rank == "1":
                    item = history[user][0]  # no seen filter
                file.write(f"{user},{rank},{'new' if rank == '2' else item}\n")
        with open(self.folder / "histories.csv", "w", encoding="utf-8") as file:
            for user, items in history.items():
                for item in items if members[user] == "1" else items[:8]:  # less active
                    file.write(f"{user},{item}\n")
        report = self.audit(*self.files(), "--seeds", 1)
        text = "\n".join(report["warnings"])
        for words in ("no shadow", "items in the list that are in the history", "places in a list",
                      "items in a history", "in lists but in no history"):
            self.assertIn(words, text)
        shown = recveil("audit", "lists", *self.files(), "--seeds", 1)
        self.assertIn("WARNING  places in a list", shown.stdout)
        told = " ".join(shown.stdout.split())
        self.assertIn("The files do not show whether", told)
        self.assertIn("each half of the target learns on the other", told)

    def test_bad_files_are_one_line_and_status_2(self):
        def refused(*arguments, says):
            done = recveil("audit", "lists", *arguments)
            self.assertEqual(done.returncode, 2, done)
            self.assertEqual(done.stdout, "")
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(says, done.stderr)

        (self.folder / "histories.csv").write_text("a,x\nb,y\n")
        (self.folder / "lists.csv").write_text("a,1,y\nb,1,x\n")
        (self.folder / "members.csv").write_text("a,1\nb,0\n")
        refused(*self.files(), says="1 members and 1 others, an audit needs at least 50 of each")
        refused(*self.files(), "--shadow-lists", "x", says="--shadow-histories")
        refused(*self.files(), *[str(part).replace("--", "--shadow-") for part in self.files()],
                says='members.csv:1: field user: "a" is also in')
        refused("--histories", "x", says="--lists")
        (self.folder / "lists.csv").write_text("a,1,y\nb,2,x\n")
        refused(*self.files(), says="lists.csv:2: field rank: is 2")
        (self.folder / "members.csv").write_text("a,yes\nb,0\n")
        refused(*self.files(), says='members.csv:1: field member: "yes"')
        refused(*self.files(), "--auxiliary", "/no/such.csv", says='field member')
        done = recveil("audit", "membership", "--data", self.SMALL, "--export", "/no/such/folder")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/no/such/folder", done.stderr)

    def test_the_example_of_the_document(self):
        text = (SOURCE / "docs/export.md").read_text()
        code, = re.findall(r"```python\n(.*?)```", text, re.S)
        draw = random.Random(1)
        db = sqlite3.connect(self.folder / "shop.db")
        db.executescript("CREATE TABLE bought (user, item, at);"
                         "CREATE TABLE trained (user);"
                         "CREATE TABLE shown (user, rank, item, at);")
        for user in range(160):
            member = user % 2 == 0
            taste = draw.randrange(4)
            own = [f"item{i}" for i in range(100) if i % 4 == taste]
            if member:
                db.execute("INSERT INTO trained VALUES (?)", (user,))
            took = draw.sample(own, 12)
            db.executemany("INSERT INTO bought VALUES (?, ?, ?)",
                           [(user, item, at) for at, item in enumerate([*took, took[0]])])
            if user > 150:  # bought after the list: no history to attack
                db.execute("UPDATE bought SET at = 99 WHERE user = ?", (user,))
            for at, places in ((20, 20), (30, 5)):
                items = own if member else [f"item{i}" for i in range(100)]
                db.executemany("INSERT INTO shown VALUES (?, ?, ?, ?)",
                               [(user, rank + 1, item, at)
                                for rank, item in enumerate(draw.sample(items, places))])
        db.commit()
        db.close()
        (self.folder / "export.py").write_text(code)
        done = run(sys.executable, "export.py", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = self.audit(*self.files(), "--seeds", 1)
        self.assertEqual((report["n"]["target_members"], report["n"]["target_non_members"]),
                         (76, 75))
        self.assertEqual(report["groups"]["list_length"]["members"], 20)
        self.assertEqual(report["groups"]["history_length"]["members"], 12)
        self.assertEqual(report["verdict"], "leak")


@unittest.skipUnless(DATA, "RECVEIL_DATA_DIR is not set")
class MovieLens(Lists):
    def test_files_and_library_give_the_same(self):
        # Lists that leak little, so that every person's place among the others counts.
        self.check_same(f"ml-1m:{DATA}/ml-1m", "--recommender", "ials", "--defense", "fold_in")


if __name__ == "__main__":
    unittest.main()
