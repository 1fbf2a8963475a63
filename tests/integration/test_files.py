"""What people's files really hold: read right, or refused in one line that says what is wrong."""
import csv
import gzip
import json
import os
import pathlib
import random
import re
import shlex
import struct
import subprocess
import tempfile
import unittest

from support import COMMAND, LIBRARY, SOURCE, recveil

USERS, ITEMS = [f"u{n}" for n in range(1, 7)], [f"i{n}" for n in range(1, 6)]
PAIRS = [(user, item) for user in USERS for item in ITEMS]
RIGHT = ("  users         6\n", "  items         5\n", "  interactions  30 ")


def table(row="{user},{item}\n", pairs=PAIRS, **more):
    return "".join(row.format(user=user, item=item, n=n, **more)
                   for n, (user, item) in enumerate(pairs))


def npy(descr, shape, data, order="False"):
    head = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}"
    head += " " * ((-(11 + len(head))) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + data


def factors(rows=80, cols=4):
    return [[((r * 7 + c * 3) % 11) / 8 - 0.6 + r % 2 for c in range(cols)] for r in range(rows)]


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def shell(self, command):
        """Runs it with bash in the folder, `recveil` being the command under test."""
        function = f"recveil() {{ {shlex.quote(COMMAND)} --library {shlex.quote(LIBRARY)} \"$@\"; }}\n"
        return subprocess.run(["bash", "-c", function + command], cwd=self.folder, text=True,
                              capture_output=True, timeout=300, check=False)

    def check(self, command, status, *parts):
        done = self.shell(command)
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, command + "\n" + output)
        for part in parts:
            self.assertIn(part, output, command)
        if status == 2:
            self.assertEqual(done.stderr.count("\n"), 1, "one line: " + done.stderr)
        return done


class Interactions(Folder):
    def read(self, content, options="", *parts):
        self.write("r.csv", content)
        return self.check(f"recveil data describe --data 'csv:r.csv{options}'", 0,
                          *(parts or RIGHT))

    def refuse(self, content, what, options=""):
        self.write("r.csv", content)
        return self.check(f"recveil data describe --data 'csv:r.csv{options}'", 2, what)

    def test_names(self):
        names = "userId,movieId,rating,timestamp\n"
        rows = table("{user},{item},4,{n}\n")
        self.refuse(names + rows, 'r.csv:1: looks like names ("userId", "movieId"')
        self.refuse(names + rows, "field item: no column is called so; name one with item=", "?header=1")
        self.read(names + rows, "?header=1&item=movieId", *RIGHT, "ratings       4 to 4")
        self.read("item,user,rating\n" + table("{item},{user},3\n"), "?header=1&rating=rating")
        self.read("user_id:token\titem_id:token\n" + table("{user}\t{item}\n"), "?header=1&sep=\\t")
        self.refuse(rows, "are also a user and an item", "?header=1")

    def test_lines_and_encodings(self):
        rows = table()
        self.read(rows.replace("\n", "\r"))
        self.read(rows.replace("\n", "\r\n") + "\r\n \r\n")
        self.read("\ufeff" + rows)
        self.read("% bip unweighted\n% 30 6 5\n" + rows.replace(",", " "), "?sep= ")
        self.read(table("{user}, {item} \n"))
        self.refuse(rows.encode("utf-16"), "r.csv: is UTF-16")
        self.refuse(rows.encode() + b"u1,caf\xe9\n", "r.csv:31: field item: is not UTF-8")
        self.refuse("u1,i1\n\nu2,i2\n", "r.csv:2: is empty, and line 3 is not")
        self.refuse(table('{{"user": "{user}", "item": "{item}"}}\n'), "r.csv:1: is JSON, not CSV")
        self.refuse("[\n", "r.csv:1: is JSON, not CSV")
        self.refuse("<!DOCTYPE html>\n", "r.csv:1: is HTML")

    def test_quotes(self):
        self.read(table('"{user}","{item}","a\n""b"""\n'))
        self.read(table('"{user}","{item}","say \\"hi\\", ok"\n'))
        self.read(table('{user}\t{item}\t"weird al\n'), "?sep=tab")
        self.refuse(table('"{user}"\t{item}\n'), "give quotes=1", "?sep=tab")
        self.read(table('"{user}"\t{item}\n'), "?sep=tab&quotes=1")

    def test_times(self):
        known = RIGHT + ("known times   100.0 %",)
        for time in ("2024-01-11 10:00:01", "2024-01-11T10:00:01Z", "1704967201.5", "1704967201000",
                     "2024-01-11 10:00:01 +0000 UTC", "1.7e9", "2024-01-11"):
            self.read(table("{user},{item}," + time + "\n"), "?time=2", *known)
        for time in ("2024-13-01", "2024-02-30", "2024-01-11T99:99", "20240111", "yesterday", ""):
            self.refuse(table("{user},{item}," + time + "\n"), "r.csv:1: field time: ", "?time=2")

    def test_packed(self):
        rows = table().encode()
        self.read(gzip.compress(rows))
        self.read(gzip.compress(rows) + bytes(5000))
        self.write("r.csv.GZ", gzip.compress(rows))
        self.check("recveil data describe --data csv:r.csv.GZ", 0, *RIGHT)
        self.check("recveil data describe --data csv:<(zcat < r.csv.GZ)", 0, *RIGHT)
        for start, what in ((b"PK\3\4" + bytes(26) + b"r.npy", "is a .npz archive"),
                            (b"BZh91AY&SY", "is packed with bzip2"), (b"\x28\xb5\x2f\xfd", "zstd"),
                            (b"PAR1\x15", "is a Parquet file"), (b"\x80\x04\x95", "is a pickle")):
            self.refuse(start + bytes(40), "r.csv: " + what if what != "zstd" else what)

    def test_attributes(self):
        self.write("a.csv", "".join(f"{user},{'FM'[n % 2]}\n" for n, user in enumerate(USERS)))
        self.refuse(table(), 'a.csv:1: "u1" is a user', "?attributes=a.csv")
        self.write("a.csv", "user;gender\n" + "".join(f"{user};F\n" for user in USERS))
        self.read(table(), "?attributes=a.csv", "gender        F 6")

    def test_a_median_of_an_even_number(self):
        self.read("a,x\nb,x\nb,y\nb,z\n", "", "median 2,")
        self.read("a,x\na,y\nb,x\nb,y\nb,z\n", "", "median 2.5,")


class Embeddings(Folder):
    def setUp(self):
        super().setUp()
        self.write("c.csv", "gender\n" + "0\n1\n" * 40)

    def csv(self, rows, form="{:.6f}", separator=","):
        return "".join(separator.join(form.format(x) for x in row) + "\n" for row in rows)

    def fit(self, name, options="", status=0, what="rows of class 0: 40, 1: 40", classes="c.csv"):
        self.check(f"recveil erase fit --embeddings {name} --classes {classes} --map m.map --force "
                   + options, status, what)

    def test_text(self):
        rows = factors()
        plain = self.csv(rows)
        self.write("e.csv", plain)
        self.fit("e.csv")
        for form in ("{:+.5e}", "{:12.6f}", " {:f}", '"{:f}"', "{:010.6f}"):
            self.write("e.csv", self.csv(rows, form))
            self.fit("e.csv")
        self.write("e.csv", self.csv(rows, separator="\t"))
        self.fit("e.csv", "--separator tab")
        self.fit("e.csv", "--separator '\\t'")
        self.write("e.csv", "80 4\n" + "".join(f"u{n} {line}" for n, line in enumerate(
            self.csv(rows, separator=" ").splitlines(True))))
        self.fit("e.csv")
        lines = plain.splitlines(True)
        self.write("e.csv", "".join(lines[:4]) + "0.1,,0.3,0.4\n" + "".join(lines[5:]))
        self.fit("e.csv", "", 2, "e.csv:5: field 2: is empty")
        self.write("e.csv", "".join(lines[:6]) + ",,,\n" + "".join(lines[7:]))
        self.fit("e.csv", "", 2, "e.csv:7: field 1: is empty")
        self.write("e.csv", plain.replace("\n", ",\n"))
        self.fit("e.csv", "", 2, "e.csv:1: field 5: is empty")
        self.write("e.csv", "".join(f"{n},{line}" for n, line in enumerate(lines, 100)))
        self.fit("e.csv", "", 2, "column 1 looks like ids")
        self.fit("e.csv", "--id-columns 1")
        self.fit("e.csv", "--id-columns 0 --method leace")
        self.write("e.csv", ",0,1,2,3\n" + "".join(f"{n},{line}" for n, line in enumerate(lines)))
        self.fit("e.csv", "", 2, "e.csv:1: field 1: is empty; give --header")
        self.write("e.csv", "0,1,2,3\n" + plain)
        self.fit("e.csv", "", 2, "e.csv:1: looks like names (0, 1, 2, ...); give --header")
        self.fit("e.csv", "--header")
        self.write("e.csv", plain)
        self.fit("e.csv", "--header", 2, "e.csv:1: holds numbers, not names")
        self.check("recveil erase fit --embeddings <(cat e.csv) --classes <(cat c.csv) --map m.map "
                   "--force", 0, "rows of class 0: 40, 1: 40")

    def test_arrays(self):
        flat = [x for row in factors() for x in row]
        by_column = [row[c] for c in range(4) for row in factors()]
        for descr, code in (("<f4", "f"), ("<f8", "d"), ("<f2", "e")):
            self.write("u.npy", npy(descr, "(80, 4)", struct.pack(f"<320{code}", *flat)))
            self.fit("u.npy")
        self.write("u.npy", npy("<f4", "(80L, 4L)", struct.pack("<320f", *flat)))
        self.fit("u.npy")
        self.write("f.npy", npy("<f4", "(80, 4)", struct.pack("<320f", *by_column), "True"))
        self.fit("f.npy")
        for name in ("u", "f"):
            self.check(f"recveil erase apply --embeddings {name}.npy --classes c.csv --map m.map "
                       f"--output {name}o.npy", 0)
        self.assertEqual((self.folder / "uo.npy").read_bytes()[-1280:],
                         (self.folder / "fo.npy").read_bytes()[-1280:])
        self.write("u.npz", b"PK\x03\x04" + bytes(26) + b"users.npy" + bytes(200))
        self.fit("u.npz", "", 2, "u.npz: is a .npz archive; save one array with numpy.save")
        self.write("u.npy.gz", gzip.compress((self.folder / "u.npy").read_bytes()))
        self.fit("u.npy.gz", "", 2, "u.npy.gz: is a packed .npy; unpack it")

    def test_classes(self):
        self.write("e.csv", self.csv(factors()))
        for text in ("gender\n" + "0\n1\n" * 40 + "\n", "gender\n" + "0.0\n1.0\n" * 40,
                     '"gender"\r\n' + '"0"\r\n 1 \r\n' * 40, "gender\r" + "0\r1\r" * 40):
            self.write("d.csv", text)
            self.fit("e.csv", classes="d.csv")
        self.write("d.csv", "0\n" + "1\n0\n" * 39 + "1\n")
        self.fit("e.csv", "", 2, "line 1 is taken for names", classes="d.csv")
        self.write("d.csv", "user\n" + "".join(f"{n}\n" for n in range(80)))
        self.fit("e.csv", "", 2, "column user rises from row to row: it looks like ids", classes="d.csv")

    def test_a_constant_column_is_frozen_or_refused(self):
        """The rows of a BPR end in a constant 1, the partner of the item's bias."""
        flat = [x for row in factors() for x in row + [1]]
        self.write("u.npy", npy("<f4", "(80, 5)", struct.pack("<400f", *flat)))
        for method in ("optimal_transport", "score_transport", "gaussian_transport", "leace"):
            self.fit("u.npy", f"--method {method}", 2, "u.npy: column 4, counted from 0, is the same "
                     "in every row: leave it as it is with --frozen-tail")
            self.fit("u.npy", f"--method {method} --frozen-tail 1")
        self.check("recveil erase apply --embeddings u.npy --frozen-tail 1 --map m.map --output o.npy", 0)
        rows = struct.unpack("<400f", (self.folder / "o.npy").read_bytes()[-1600:])
        self.assertEqual(set(rows[4::5]), {1.0})

    def test_the_default_method_is_the_one_that_help_and_docs_name(self):
        self.write("e.csv", self.csv(factors()))
        made = json.loads(self.check("recveil erase fit --embeddings e.csv --classes c.csv --map m.map "
                                     "--json", 0).stdout)["map"]["method"]
        self.assertIn(f"--method TEXT               {made} (default)",
                      self.shell("recveil erase fit --help").stdout)
        for page in ("README.md", "docs/erasure.md"):
            text = (SOURCE / page).read_text()
            named = set(re.findall(r"`(\w+)`(?:\*\*)?(?:,| is) the default|the default, `(\w+)`", text))
            self.assertEqual({one for pair in named for one in pair if one}, {made}, page)

    def test_shared_rows_are_refused_from_statistics_too(self):
        """Cold users have a row of zeros, which a map of classes sends to a point for each class."""
        rows = [[r % 4 and ((r * 613 + c * 211) % 1009) / 900 for c in range(4)] for r in range(160)]
        self.write("e.csv", self.csv(rows))
        self.write("c.csv", "gender\n" + "0\n1\n1\n" * 53 + "0\n")
        shared = "40 of 160 rows are shared by several users"
        fit = "recveil erase fit --embeddings e.csv --classes c.csv "
        self.check(fit + "--map m.map --method gaussian_transport", 2, shared)
        self.check(fit + "--map m.map --method leace", 0)
        self.check(fit + "--statistics-out s.stats", 0)
        merge = "recveil erase fit --merge s.stats "
        self.check(merge + "s.stats --map n.map --method gaussian_transport", 2, "80 of 320 are shared")
        self.check(merge + "--map n.map --method leace", 0)

    def test_outputs_are_what_their_names_say(self):
        self.write("e.csv", self.csv(factors()))
        self.fit("e.csv")
        apply = "recveil erase apply --embeddings e.csv --classes c.csv --map m.map --output "
        self.check(apply + "o.npy", 2, "o.npy: the output is no array")
        self.check(apply + "o.csv.gz", 2, "o.csv.gz: the output is not packed")
        self.check(apply + "e.csv", 2, "e.csv: exists; it is not overwritten")
        self.check(apply + "o.csv", 0)
        self.check(apply + "o.csv", 2, "o.csv: exists; it is not overwritten")
        self.check(apply + "o.csv --force", 0)
        self.check("recveil data generate --data synthetic:users=50,items=40 --out g.csv.gz && "
                   "zcat g.csv.gz | head -1 && "
                   "recveil data describe --data 'csv:g.csv.gz?header=1'", 0,
                   "user,item,time", "  users         50")


class Commands(Folder):
    def test_configurations(self):
        self.write("a.yaml", "keys: {ephemeral: true}\nserving:\n  # mode: popularity\n---\n")
        self.check("recveil config check a.yaml", 0, "a.yaml: ok")
        self.write("b.yaml", "keys: {ephemeral: true}\nmetrics:\n  listen: [::1]:19464\n")
        self.check("recveil config check b.yaml", 2, "put quotes around a value that begins with [")
        self.write("c.yaml", b"keys:\n  file: caf\xe9\n")
        self.check("recveil config check c.yaml", 2, "c.yaml:2: is not UTF-8")

    def test_an_ipv6_listener_listens_or_is_refused_where_it_is_checked(self):
        self.write("a.yaml", "keys: {ephemeral: true}\nmetrics: {listen: '[::1]:19599'}\n")
        checked = self.shell("recveil config check a.yaml")
        if checked.returncode == 0:  # a civetweb with IPv6
            return
        self.assertEqual(checked.returncode, 2)
        for command in ("recveil config check a.yaml", "recveil demo --listen '[::1]:19599'"):
            self.check(command, 2, "metrics.listen: [::1]:19599 is an IPv6 address, and the civetweb "
                       "of this system was built without IPv6")

    def test_doctor_reads_the_configuration(self):
        self.write("c.yaml", "keys: {file: k.key}  # not ephemeral: true\n")
        self.write("d.yaml", 'keys: {"ephemeral":  true}\n')
        self.check("recveil key generate k.key", 0)
        self.assertNotIn("ephemeral", self.shell("recveil doctor --config c.yaml").stdout)
        self.assertIn("ephemeral", self.shell("recveil doctor --config d.yaml").stdout)

    def test_ids_are_shown(self):
        self.write("h.csv", "用户7,x\n")
        self.write("l.csv", "u,1,x\n")
        self.write("m.csv", "u,1\n")
        self.check("recveil audit lists --histories h.csv --lists l.csv --members m.csv", 2,
                   'h.csv:1: field user: "用户7" is not in m.csv')


def rated(users, low, high):
    """Lines of user,item,rating,time: everybody has some 20 of 60 items."""
    lines = []
    for u in range(users):
        for i in range(60):
            if (u * 31 + i * 17) % 100 < 35 or (u * 7 + i * i) % 11 == 0:
                rating = low + (u * 5 + i * 3) % (high - low + 1)
                lines.append(f"p{u},m{i},{rating},{1_700_000_000 + 1000 * u + i}\n")
    return "".join(lines)


class Screening(Folder):
    def test_ids_in_latin_1_are_refused_before_the_work(self):
        """Two accounts that differ in one such letter were one and the same in the output."""
        train = "recveil screen train --data 'csv:win.csv?rating=2' --out d.bin"
        win = rated(90, 2, 5)
        self.write("win.csv", win.replace("m59", "caf\u00e9").encode("latin-1"))
        line = next(n for n, row in enumerate(win.splitlines(), 1) if ",m59," in row)
        self.check(train, 2, f"win.csv:{line}: field item: is not UTF-8")
        self.write("win.csv", win)
        self.check(train, 0)
        bat = "".join(f"{user},m{n},5\n" for user in "\u00e9\u00e8" for n in range(20))
        run = "recveil screen run --data 'csv:bat.csv?rating=2' --model d.bin --json"
        self.write("bat.csv", bat.encode("latin-1"))
        self.check(run, 2, "bat.csv:1: field user: is not UTF-8")
        self.write("bat.csv", bat)
        found = json.loads(self.check(run, 0).stdout)
        self.assertEqual({one["user"] for one in found["accounts"]}, {"\u00e9", "\u00e8"})

    def test_a_rating_outside_the_window_is_no_refusal(self):
        self.write("win.csv", rated(90, 2, 5))
        self.write("bat.csv", rated(10, 1, 5))
        train = "recveil screen train --data 'csv:win.csv?rating=2' --out d.bin --force "
        run = "recveil screen run --data 'csv:bat.csv?rating=2' --json --model d.bin"
        self.check(train, 0)
        found = json.loads(self.check(run, 0).stdout)
        self.assertEqual(len(found["accounts"]), 10)
        self.assertGreater(found["n"]["ratings_outside_the_scale"], 0)
        self.check(train + "--scale 1,5", 0)
        found = json.loads(self.check(run, 0).stdout)
        self.assertEqual(found["n"]["ratings_outside_the_scale"], 0)
        self.check(train + "--scale 3,5", 2, "--scale: csv:win.csv has ratings from 2 to 5")
        self.check("recveil screen train --data csv:win.csv --out e.bin --scale 1,5", 2,
                   "--scale: csv:win.csv has no ratings; name their column")

    def test_weights_tell_a_campaign_from_people(self):
        chance = random.Random(7)
        people = ["".join(f"p{u},m{i},{chance.randint(2, 5)}\n"
                          for i in chance.sample(range(60), chance.randint(12, 25)))
                  for u in range(230)]
        fakes = "".join(f"f{u},m{i},5\n" for u in range(12) for i in (1, 2, 3, 4, 5, 6, 58))
        self.write("win.csv", "".join(people[:200]))
        people = "".join(people[200:])
        self.write("bat.csv", people + fakes)
        self.check("recveil screen train --data 'csv:win.csv?rating=2' --out d.bin", 0)
        run = "recveil screen run --data 'csv:bat.csv?rating=2' --model d.bin "
        told = json.loads(self.check(run + "--json", 0).stdout)["accounts"]
        self.check(run + "--out v.csv", 0)
        with open(self.folder / "v.csv", newline="") as file:
            rows = {row["user"]: row for row in csv.DictReader(file)}
        self.assertEqual(len(rows), 42)
        for one in told:
            row = rows[one["user"]]
            self.assertEqual(row["verdict"], one["verdict"])
            self.assertAlmostEqual(float(row["weight"]), one["weight"], delta=5e-5)
            if one["user"].startswith("f"):
                self.assertLess(one["weight"], 0.1, one)
        people = [one["weight"] for one in told if one["user"].startswith("p")]
        self.assertGreater(sum(people) / len(people), 0.9)


class Documentation(Folder):
    def test_examples_survive_a_shell(self):
        """A ? or & that stands in no quotes is the shell's."""
        pages = self.pages()
        self.assertGreater(len(pages), 20)
        pages += [(path.name, path.read_text()) for path in (SOURCE / "docs").glob("*.md")]
        pages.append(("README.md", (SOURCE / "README.md").read_text()))
        for name, text in pages:
            for line in re.findall(r"^[ $]*(recveil .*--data.*)$", text, re.M):
                bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", line)
                self.assertNotRegex(bare, r"[?&]", f"{name}: {line}")

    def pages(self):
        """The help of every command and subcommand."""
        def commands(app, names):
            text = recveil(*app, "--help").stdout
            names.append((app, text))
            section = re.search(r"^(?:SUBCOMMANDS|Subcommands):\n((?: +.*\n)+)", text, re.M)
            for name in re.findall(r"^  (\w[\w-]*)  ", section.group(1) if section else "", re.M):
                commands(app + [name], names)
            return names
        return [(" ".join(app), text) for app, text in commands([], [])]

    def test_every_example_of_the_help_runs_as_printed(self):
        """Where an example is of a published dataset, the dataset is all that it lacks."""
        self.write("trusted.csv", rated(90, 1, 5))
        self.write("new.csv", rated(10, 1, 5))
        self.write("recveil.yaml", "keys: {file: recveil.key}\n"
                   "private: {ledger: ledger.bin, people: 6000, epsilon: 4}\n")
        self.check("recveil key generate recveil.key", 0)
        examples = []
        for _, text in self.pages():
            examples += re.findall(r"^(?:Example: | +)(recveil [a-z](?:.*\\\n)*.*)$", text, re.M)
        examples.sort(key=lambda one: "screen run" in one)  # its model is made by another
        self.assertGreaterEqual(len(examples), 7, examples)
        for example in examples:
            done = self.shell(example)
            if re.search(r":DIR\b", example):
                self.assertEqual(done.returncode, 2, example)
                self.assertRegex(done.stderr, r"^recveil: DIR/\S+: .*\n$", example)
            else:
                self.assertIn(done.returncode, (0, 1, 3), example + done.stderr)
                self.assertNotEqual(done.stdout, "", example)

    def test_files_md(self):
        """Every command of docs/files.md, on the files that stand above it there."""
        text = (SOURCE / "docs" / "files.md").read_text()
        blocks = re.findall(r"^```(text|console) ?(\S*)\n(.*?)^```$", text, re.M | re.S)
        commands = 0
        for kind, name, body in blocks:
            if kind == "text":
                self.write(name, body)
                continue
            for part in body.split("$ ")[1:]:
                command, *expected = part.splitlines()
                done = self.shell(command)
                refused = any(line.startswith("recveil: ") for line in expected)
                self.assertEqual(done.returncode, 2 if refused else 0, command + done.stderr)
                for line in expected:
                    self.assertIn(line, done.stdout + done.stderr, command)
                commands += 1
        self.assertGreaterEqual(commands, 15)


if __name__ == "__main__":
    unittest.main()
