"""Outputs of every command: whole or not at all, what their names say, and never over an input, a
journal or a key; and what is no ordinary file where a file is expected."""
import json
import os
import struct
import unittest

from test_files import Folder, factors, npy, rated, table

CONFIG = "keys: {file: k.key}\nstate_dir: state\nforget: {journal: j.db}\n"
REQUEST = json.dumps({
    "subject_request_id": "00000000-0000-4000-8000-000000000001", "subject_request_type": "recveil",
    "subject_identities": [{"identity_type": "customer_id", "identity_value": "u0"}],
    "extensions": {"recveil": {"kind": "attribute", "attributes": ["gender"]}}})


class StandardOutput(Folder):
    def test_a_full_disk_is_no_success(self):
        self.write("r.csv", table())
        for command in ("data describe --data csv:r.csv", "data describe --data csv:r.csv --json",
                        "data generate --data synthetic:users=20,items=20 --out /dev/stdout", "version"):
            for output in ("/dev/full", "&-"):
                if "&" in output and "stdout" in command:
                    continue
                done = self.shell(f"recveil {command} >{output}")
                self.assertEqual(done.returncode, 2, command + output)
                self.assertRegex(done.stderr, r"^recveil: .*(No space left on device|Bad file descriptor)\n$")


class Inputs(Folder):
    def setUp(self):
        super().setUp()
        self.write("config.yaml", CONFIG)
        self.write("r.json", REQUEST)
        flat = [x for row in factors(40) for x in row]
        self.write("u.npy", npy("<f4", "(40, 4)", struct.pack("<160f", *flat)))
        self.write("ids.txt", "".join(f"u{n}\n" for n in range(40)))
        self.write("c.csv", "gender\n" + "0\n1\n" * 20)
        self.check("mkdir state && recveil key generate k.key && "
                   "recveil forget submit --config config.yaml r.json", 0)

    def snapshot(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def test_apply_overwrites_neither_its_inputs_nor_the_journal(self):
        apply = ("recveil forget apply --config config.yaml --embeddings u.npy --ids ids.txt "
                 "--classes c.csv --model-version 1 --force --output ")
        os.link(self.folder / "ids.txt", self.folder / "hard.npy")
        os.symlink("c.csv", self.folder / "soft.npy")
        before = self.snapshot()
        for name in ("ids.txt", "c.csv", "config.yaml", "./ids.txt", "hard.npy", "soft.npy",
                     "j.db", "k.key"):
            self.check(apply + name, 2, name + ": ")
        self.check(apply + "o.csv", 2, "o.csv: the output is an array as the input is")
        self.check(apply + "/dev/full", 2, "/dev/full: cannot be written: No space left on device")
        after = self.snapshot()
        self.assertEqual({name: after[name] for name in before if name[:4] != "j.db"},
                         {name: before[name] for name in before if name[:4] != "j.db"})
        self.check(apply + "u.npy", 0, "u.npy: 1 rows mapped")  # in their place, because it was asked

    def test_force_is_for_earlier_outputs(self):
        self.write("win.csv", rated(60, 1, 5))
        train = "recveil screen train --data 'csv:win.csv?rating=2' --force --out "
        run = "recveil screen run --data 'csv:win.csv?rating=2' --model d.bin --force --out "
        fit = "recveil erase fit --embeddings u.npy --classes c.csv --force --map "
        key = (self.folder / "k.key").read_bytes()
        self.check(train + "d.bin", 0)
        self.check(train + "d.bin", 0)
        self.check(train + "win.csv", 2, "win.csv: is an input of this command")
        self.check(train + "k.key", 2, "k.key: looks like a key; it is not overwritten")
        self.check(run + "d.bin", 2, "d.bin: is an input of this command")
        self.check(run + "win.csv", 2, "win.csv: is an input of this command")
        self.check(fit + "j.db", 2, "j.db: is a database; it is not overwritten")
        self.check(fit + "c.csv", 2, "c.csv: is an input of this command")
        self.check("recveil data generate --data synthetic:users=20,items=20 --out g.csv && "
                   "recveil data generate --data 'csv:g.csv?header=1' --out g.csv --force", 0)
        self.assertEqual((self.folder / "k.key").read_bytes(), key)

    def test_names_that_say_another_kind(self):
        for name in ("g.csv.bz2", "g.zip", "g.parquet", "g.XLSX", "g.npz", "g.npy"):
            self.check(f"recveil data generate --data synthetic:users=20,items=20 --out {name}", 2,
                       f"{name}: the output is no")
        self.check("recveil data generate --data synthetic:users=20,items=20 --out ''", 2,
                   "the output has an empty name")

    def test_a_journal_that_is_none(self):
        listed = "export -f recveil; timeout 20 bash -c 'recveil forget list --config config.yaml'"
        for make, says in (("echo hello > j.db", "not a journal of Recveil"),
                           ("mkdir j.db", "not a regular file"),
                           ("mkfifo j.db", "not a regular file"),
                           ("ln -s j.db j.db", "Too many levels of symbolic links"),
                           ("ln -s /dev/null j.db", "not a regular file"),
                           ("true", "there is no journal")):
            self.check(f"rm -rf j.db*; {make}; {listed}", 2, "j.db: " + says)

    def test_numbers_of_options_are_finite(self):
        self.write("win.csv", rated(60, 1, 5))
        self.check("recveil screen train --data 'csv:win.csv?rating=2' --out d.bin --scale nan,5", 2,
                   '--scale: "nan" is not a finite number')
        self.check("recveil tune --ceiling nan", 2, '--ceiling: "nan" is not a finite number')

    def test_requests_that_no_row_can_match(self):
        for identity, says in (("u\\u0000x", "holds a control character"),
                               ("u\\nx", "holds a control character"),
                               ("\\ufeffu0", "begins or ends with a blank"),
                               ("u0\\u200b", "begins or ends with a blank"),
                               ("NULL", "is what programs write where there is no id"),
                               ("1.23E+12", "has lost digits")):
            self.write("r.json", REQUEST.replace('"u0"', f'"{identity}"'))
            self.check("recveil forget submit --config config.yaml r.json", 2,
                       "r.json: request (00000000-0000-4000-8000-000000000001): subject_identities: 0:",
                       says)
        self.write("r.json", REQUEST.replace("8000-000000000001", "8000-000000000002").replace(
            "gender", "g" * 65))
        self.check("recveil forget submit --config config.yaml r.json", 2, "attributes: a name has")


class Names(Folder):
    def test_lists_with_names_above_them(self):
        self.write("h.csv", "u,x\n")
        self.write("l.csv", "user,rank,item\nu,1,x\n")
        self.write("m.csv", "u,1\n")
        lists = "recveil audit lists --histories h.csv --lists l.csv --members m.csv"
        self.check(lists, 2, 'l.csv:1: looks like names ("user", "rank", "item"); give header=1')
        self.write("m.csv", "user,member\nu,1\n")
        self.check(lists, 2, 'm.csv:1: looks like names ("user", "member"); give header=1')

    def test_the_file_is_named_and_not_the_field_of_the_library(self):
        self.write("h.csv", "u,x\n")
        self.write("l.csv", "u,1,x\n")
        self.write("m.csv", "u,1\n")
        self.check("recveil audit lists --histories h.csv --lists l.csv --members m.csv", 2,
                   "m.csv: 1 members and 0 others")
        self.write("e.csv", "1,2.5\n0.5,1\n" * 10)
        self.write("c.csv", "g\n" + "1\n" * 20)
        self.check("recveil erase fit --embeddings e.csv --classes c.csv --map m.map", 2,
                   "c.csv: labels: fewer than 2 classes have rows")
        self.write("win.csv", "a,b,1\n")
        self.check("recveil screen train --data 'csv:win.csv?rating=2' --out d.bin", 2,
                   "csv:win.csv?rating=2: window: fewer than 50 accounts")


class Rows(Folder):
    def fit(self, name, content, says):
        self.write(name, content)
        self.write("c.csv", "g\n" + "0\n1\n" * 40)
        self.check(f"recveil erase fit --embeddings {name} --classes c.csv --map m.map", 2, says)

    def test_what_a_file_is_stands_in_the_error(self):
        lines = "".join(f"u{n} 0.5 {n / 7:.3f}\n" for n in range(80))
        self.fit("w.txt", "80 3\n" + lines, "w.txt:2: has 3 words; the first line says an id and 3 numbers")
        self.fit("w.bin", b"80 2\nu1 \x00\x00\x80\x3f\x00\x00\x80\x3f\n", "is the binary form of word2vec")
        self.fit("u.npy", npy("|O", "(80, 2)", b"\x80\x04\x95"), "u.npy: holds objects of Python")
        self.fit("z.npy", npy("<f4", "(0, 4)", b""), "z.npy: has no rows")
        self.fit("cut.npy", b"\x93NUMPY\x01\x00\x76\x00{", "cut.npy: ends within its header")
        self.fit("m.safetensors", struct.pack("<Q", 20) + b'{"a":{"dtype":"F32"}}', "is a safetensors file")
        self.fit("m.pt", b"PK\x03\x04" + bytes(26) + b"archive/data.pkl" + bytes(90), "is a PyTorch file")

    def test_two_classes_of_one_name(self):
        self.write("e.csv", "1,2.5\n0.5,1\n" * 10)
        self.write("c.csv", "g,g\n" + "0,1\n1,0\n" * 10)
        self.check("recveil erase fit --embeddings e.csv --classes c.csv --map m.map", 2,
                   'c.csv:1: two columns are called "g"')


if __name__ == "__main__":
    unittest.main()
