"""Audits of tables of string ids, from everything that is tabular; and the report."""
import tempfile
import unittest
from pathlib import Path

import numpy as np
import pandas
import polars
import recveil
import scene
from recveil import tables


def shown(leak=True, n=240, seed=1):
    """Tables of a system that shows members their own taste and others popular items."""
    known = scene.histories(n, 80, seed=seed)
    draw = np.random.default_rng(seed)
    members = draw.permutation(n) < n // 2
    rows, lists = [], []
    popular = np.argsort(-np.bincount(known.indices, minlength=80), kind="stable")
    for user in range(n):
        own = known[user].indices
        rows += [(f"u{user}", f"i{item}") for item in own]
        near = [i for i in range(80) if i % 4 == user % 4 and i not in own]
        other = [i for i in popular if i not in own]
        if not leak:
            other = near
        chosen = near if members[user] else other
        for rank, item in enumerate(chosen[:10], 1):
            lists.append((f"u{user}", rank, f"i{item}"))
    return rows, lists, [(f"u{u}", int(members[u])) for u in range(n)]


def frames(make, leak=True):
    rows, lists, members = shown(leak)
    return (make(("user", "item"), rows), make(("user", "rank", "item"), lists),
            make(("user", "member"), members))


def as_pandas(names, rows):
    return pandas.DataFrame(rows, columns=list(names))


def as_polars(names, rows):
    return polars.DataFrame(rows, schema=list(names), orient="row")


def as_categories(names, rows):
    frame = as_polars(names, rows)
    return frame.with_columns(polars.col(c).cast(polars.Categorical) for c in ("user", "item")
                              if c in frame.columns)


def as_columns(names, rows):
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def as_numpy(_names, rows):
    return np.array(rows, dtype=object)


KINDS = (as_pandas, as_polars, as_categories, as_columns, as_numpy)


class Tables(unittest.TestCase):
    def test_all_kinds_say_the_same(self):
        codes = []
        for make in KINDS:
            numbers = tables.Codes()
            found = tables.population(*frames(make), numbers)
            codes.append([np.asarray(part).tobytes() for csr in found[:2] for part in csr]
                         + [found[2].tobytes(), numbers.n_items])
        for one, make in zip(codes[1:], KINDS[1:]):
            self.assertEqual(one, codes[0], make.__name__)

    def test_a_leak_is_found_and_its_absence_is_not_called_one(self):
        leak = recveil.audit_lists(*frames(as_polars), seeds=1)
        none = recveil.audit_lists(*frames(as_pandas, leak=False), seeds=1)
        self.assertEqual(leak.verdict, "leak")
        self.assertGreater(leak.worst.auc, 0.9)
        self.assertNotEqual(none.verdict, "leak")
        self.assertEqual(len(leak.table()), len(leak.data["attackers"]))
        self.assertGreaterEqual(len(leak.table()), 7)

    def test_shapes_that_mean_the_same(self):
        rows, lists, members = shown()
        by_place = as_polars(("user", "item"), [(u, i) for u, _, i in lists])
        shuffled = as_polars(("user", "rank", "item"), sorted(lists, key=lambda row: row[2]))
        only = [user for user, member in members if member]
        first = tables.population(as_columns(("user", "item"), rows), shuffled,
                                  as_columns(("user", "member"), members), tables.Codes())
        second = tables.population(as_numpy((), rows), by_place, only, tables.Codes())
        truth = as_columns(("user", "member"), [(u, bool(m)) for u, m in members])
        third = tables.population(as_pandas(("user", "item"), rows), by_place, truth, tables.Codes())
        for other in (second, third):
            for mine, theirs in zip(first[:2], other[:2]):
                self.assertEqual([np.asarray(a).tolist() for a in mine],
                                 [np.asarray(a).tolist() for a in theirs])
            self.assertEqual(first[2].tolist(), other[2].tolist())

    def test_integer_ids(self):
        frame = polars.DataFrame({"user": [1, 1, 2], "item": [10, 11, 10], "extra": [[1], [2], [3]]})
        offsets, items = tables.rows_of(frame, tables.Codes(), "histories")
        self.assertEqual((offsets.tolist(), items.tolist()), ([0, 2, 3], [0, 1, 0]))

    def test_what_is_wrong_is_named(self):
        rows, lists, members = shown()
        histories, places, people = (as_columns(("user", "item"), rows),
                                     as_columns(("user", "rank", "item"), lists),
                                     as_columns(("user", "member"), members))
        cases = (
            ((histories, {"user": ["nobody"], "item": ["i1"]}, people), "lists: row 0"),
            ((histories, places, {"user": ["u0"], "member": [1]}), "239 users .* are missing"),
            ((histories, places, {**people, "member": ["yes"] * 240}), "'yes' is neither 1 nor 0"),
            (({"user": ["u1"]}, places, people), "histories: has columns user; needs user, item"),
            (({"user": ["u1"], "product": ["x"]}, places, people), "but no item"),
            ((histories, {**places, "rank": ["first"] * len(lists)}, people), "column rank"),
            ((polars.DataFrame({"user": ["a", None], "item": ["b", "c"]}), places, people),
             "column user, row 1: is missing"),
            ((pandas.DataFrame({"user": ["a", None], "item": ["b", "c"]}), places, people),
             "column user, row 1: is missing"),
            ((7, places, people), "is not a table"))
        for given, words in cases:
            with self.assertRaisesRegex(ValueError, words):
                recveil.audit_lists(*given)

    def test_lists_before_and_after_an_injection(self):
        draw = np.random.default_rng(3)
        has = draw.permutation(300) < 30
        before, after, holders = [], [], []
        for user in range(300):
            own = [f"i{(user % 5) * 20 + i}" for i in draw.permutation(20)[:7]]
            before += [(f"u{user}", item) for item in own[:6]]
            shown = ["d1", "d2", "d3"] if has[user] and user % 2 else own[3:6]
            after += [(f"u{user}", rank, item) for rank, item in enumerate(own[:3] + shown, 1)]
            holders.append((f"u{user}", bool(has[user])))
        given = (as_pandas(("user", "item"), before), as_polars(("user", "rank", "item"), after),
                 as_pandas(("user", "has"), holders), ["d1", "d2", "d3"])
        report = recveil.audit_injections(*given)
        expected = sum(has[user] and user % 2 for user in range(300))
        self.assertEqual(report.data["results"][2]["hits"], expected)
        self.assertEqual(report.verdict, "leak")
        twice = recveil.audit_injections(*([one, one] for one in given))
        self.assertEqual(twice.data["results"][2]["hits"], 2 * expected)
        with self.assertRaises(recveil.ArgumentError):
            recveil.audit_injections([given[0]], [given[1]], [given[2]], [])

    def test_numbers_go_in_without_tables(self):
        known, lists, members = tables.population(*frames(as_columns), tables.Codes())
        report = recveil.audit_population(recveil.Population(known, lists, members), seeds=1)
        self.assertEqual(report.verdict, "leak")
        same = recveil.audit_population(recveil.Population(known, lists, members), seeds=1)
        self.assertEqual(report.data["auc"], same.data["auc"])


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.report = recveil.audit_lists(*frames(as_polars), seeds=1)

    def test_a_table(self):
        lines = self.report.table()
        self.assertEqual(lines[0], self.report.worst)
        for line in lines:
            self.assertLessEqual(line.lo, line.auc)
            self.assertLessEqual(line.auc, line.hi)
        self.assertIn("verdict: leak", str(self.report))
        self.assertIn(self.report.worst.attacker, str(self.report))

    def test_a_page(self):
        from html.parser import HTMLParser

        class Tags(HTMLParser):
            def __init__(self):
                super().__init__()
                self.open, self.links = [], []

            def handle_starttag(self, tag, attributes):
                if tag not in ("meta", "line", "rect"):
                    self.open.append(tag)
                self.links += [v for k, v in attributes if k in ("src", "href")]

            def handle_endtag(self, tag):
                assert self.open.pop() == tag, tag
        with tempfile.TemporaryDirectory() as folder:
            page = self.report.to_html(Path(folder) / "report.html")
            self.assertEqual(Path(folder, "report.html").read_text(), page)
        tags = Tags()
        tags.feed(page.replace("/>", ">"))
        self.assertEqual((tags.open, tags.links), ([], []))  # whole, and nothing from elsewhere
        self.assertIn("leak", page)

    def test_a_notebook(self):
        self.assertIn("<table>", self.report._repr_html_())
        hostile = recveil.Report({"verdict": "leak", "warnings": ["<script>"], "attackers": []})
        self.assertNotIn("<script>", hostile._repr_html_())

    def test_each_verdict_has_its_colour_and_its_limits(self):
        colours = set()
        for verdict in ("leak", "no_leak_found", "inconclusive"):
            shown = recveil.Report({"verdict": verdict, "not_says": "Not a proof.",
                                    "blind_spots": ["Other attackers <b>."]})
            colours.add(shown._repr_html_().split('<b style="color:')[1].split('"')[0])
            self.assertIn("Other attackers &lt;b&gt;.", shown._repr_html_())
            self.assertIn("Not a proof.", str(shown))
        self.assertEqual(len(colours), 3)
        self.assertNotIn("CanvasText", colours)


if __name__ == "__main__":
    unittest.main()
