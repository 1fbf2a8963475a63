"""recveil forget and recveil doctor, as an operator uses them: from a request to a receipt, on .npy."""
import json
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np

from support import COMMAND, run

ROWS = 240


class Forget(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.recveil("key", "generate", "key")
        (self.path / "state").mkdir()
        (self.path / "c.yaml").write_text(
            "serving: {list_length: 4, ratio: 0.5}\nkeys: {file: key}\nstate_dir: state\n"
            "forget: {journal: forget.db}\n")
        classes = np.arange(ROWS) % 2
        rows = np.random.default_rng(1).normal(size=(ROWS, 8)).astype(np.float32)
        rows[:, 0] += 1.5 * classes
        np.save(self.path / "e.npy", rows)
        (self.path / "ids").write_text("".join(f"planted{i}\n" for i in range(ROWS)))
        (self.path / "g.csv").write_text("gender\n" + "".join(f"{c}\n" for c in classes))
        self.table = ("--config", "c.yaml", "--ids", "ids", "--attribute", "gender")

    def recveil(self, *arguments, status=0, text=None):
        done = run(COMMAND, *arguments, cwd=self.path, input=text)
        self.assertEqual(done.returncode, status, (arguments, done.stdout, done.stderr))
        return done.stdout

    def ask(self, number, status=0, **change):
        request = {"subject_request_id": f"f81d4fae-7dec-41d0-a765-{number:012d}",
                   "subject_request_type": "recveil", "regulation": "gdpr",
                   "submitted_time": "2026-11-01T00:00:00Z",
                   "subject_identities": [{"identity_type": "id",
                                           "identity_value": f"planted{number}"}],
                   "extensions": {"recveil": {"kind": "attribute", "attributes": ["gender"],
                                              "label_policy": "host"}}, **change}
        return self.recveil("forget", "submit", "--config", "c.yaml", "--json", "-",
                            text=json.dumps(request), status=status)

    def test_from_a_request_to_a_receipt(self):
        for number in range(5):
            answer = json.loads(self.ask(number))
        self.assertEqual((answer["result"], answer["request_status"]), ("accepted", "pending"))
        self.assertEqual(answer["expected_completion_time"], "2026-12-01T00:00:00Z")
        self.assertEqual(json.loads(self.ask(4))["result"], "already")
        self.assertEqual(json.loads(self.ask(4, status=2, regulation="ccpa"))["result"], "conflict")
        plan = json.loads(self.recveil("forget", "plan", *self.table, "--embeddings", "e.npy",
                                       "--model-version", "1", "--json"))
        self.assertEqual([row["row"] for row in plan["rows"]], [0, 1, 2, 3, 4])
        apply = ("forget", "apply", *self.table, "--classes", "g.csv", "--method",
                 "gaussian_transport", "--json")
        done = json.loads(self.recveil(*apply, "--embeddings", "e.npy", "--model-version", "1",
                                       "--output", "o.npy"))
        self.assertEqual((done["mapped"], done["confirmed"], done["publishing"]), (5, 5, 5))
        before, after = np.load(self.path / "e.npy"), np.load(self.path / "o.npy")
        self.assertTrue((before[5:] == after[5:]).all() and (before[:5] != after[:5]).any())
        again = json.loads(self.recveil(*apply, "--embeddings", "o.npy", "--model-version", "1",
                                        "--output", "p.npy"))
        self.assertEqual((again["mapped"], again["skipped"]), (0, 5))
        self.assertTrue((np.load(self.path / "p.npy") == after).all())
        receipts = json.loads(self.recveil("forget", "complete", "--config", "c.yaml", "--method",
                                           "gaussian_transport", "--not-touched", "backups", "--json"))
        self.assertEqual(len(receipts["receipts"]), 5)
        one = "f81d4fae-7dec-41d0-a765-000000000003"
        receipt = self.recveil("forget", "receipt", "--config", "c.yaml", one)
        key = self.recveil("forget", "receipt", "--config", "c.yaml", "--public-key").strip()
        verify = ("forget", "receipt", "--verify", "--key", key)
        self.recveil(*verify, text=receipt)
        self.recveil(*verify, text=receipt.replace("backups", "backup5"), status=1)
        self.assertIn("completed", self.recveil("forget", "status", "--config", "c.yaml", one))
        self.assertIn("valid", self.recveil("forget", "verify", "--config", "c.yaml"))
        seen = subprocess.run(["grep", "-rl", "planted", "forget.db", "forget.db-wal", "state"],
                              cwd=self.path, capture_output=True, text=True)
        self.assertEqual(seen.stdout, "")

        # An erased row that somebody wrote: told, and not mapped.
        after[2] += 1
        np.save(self.path / "q.npy", after)
        self.recveil("forget", "plan", *self.table, "--embeddings", "q.npy", "--model-version", "1",
                     status=1)

    def test_users_who_share_a_row_go_where_erase_apply_puts_them(self):
        rows, sex = np.load(self.path / "e.npy"), np.arange(ROWS) % 2
        short = np.arange(ROWS) < 120
        for i in np.flatnonzero(short):  # two rows, which the classes have 3:1 and 1:3
            rows[i] = rows[200] if (i // 2 % 4 == 0) == (sex[i] == 0) else rows[201]
        np.save(self.path / "e.npy", rows)
        asked, method = (*range(0, 120, 7), 150, 160), ("--method", "optimal_transport")
        for number in asked:
            self.ask(number)
        done = json.loads(self.recveil(
            "forget", "apply", *self.table, "--classes", "g.csv", "--embeddings", "e.npy",
            "--model-version", "1", "--output", "o.npy", "--json", *method))
        self.assertEqual((done["mapped"], done["confirmed"]), (len(asked), len(asked)))
        self.recveil("erase", "fit", "--embeddings", "e.npy", "--classes", "g.csv", "--map", "m",
                     "--key", "key", *method)
        self.recveil("erase", "apply", "--embeddings", "e.npy", "--classes", "g.csv", "--map", "m",
                     "--ids", "ids", "--key", "key", "--output", "all.npy")
        out, everybody = np.load(self.path / "o.npy"), np.load(self.path / "all.npy")
        placed = [number for number in asked if short[number]]
        self.assertTrue((out[placed] == everybody[placed]).all())
        self.assertTrue((np.abs(out[[150, 160]] - everybody[[150, 160]]) < 1e-4).all())
        self.assertTrue((everybody[short] != rows[short]).any())
        untouched = np.setdiff1d(np.arange(ROWS), asked)
        self.assertTrue((out[untouched] == rows[untouched]).all())
        again = json.loads(self.recveil(
            "forget", "apply", *self.table, "--classes", "g.csv", "--embeddings", "o.npy",
            "--model-version", "1", "--output", "p.npy", "--json", *method))
        self.assertEqual((again["mapped"], again["skipped"]), (0, len(asked)))
        self.recveil("forget", "apply", *self.table, "--classes", "g.csv", "--embeddings", "e.npy",
                     "--model-version", "2", "--output", "q.npy", "--users", "none", *method, status=2)
        # The default needs no class of who is erased, and no draw.
        self.recveil("forget", "apply", *self.table, "--classes", "g.csv", "--embeddings", "e.npy",
                     "--model-version", "2", "--output", "q.npy", "--users", "none")

    def test_bad_input_names_what_is_wrong(self):
        for change, words in (({"subject_request_id": "x"}, "UUID"),
                              ({"regulation": "gpdr"}, "gdpr"),
                              ({"subject_identities": []}, "subject_identities"),
                              ({"submitted_time": "yesterday"}, "submitted_time"),
                              ({"subjects": 1}, "subjects"),
                              ({"status_callback_urls": ["http://a"]}, "status_callback_urls")):
            done = run(COMMAND, "forget", "submit", "--config", "c.yaml", "-", cwd=self.path,
                       input=json.dumps({"subject_request_id": "f81d4fae-7dec-41d0-a765-000000000001",
                                         "subject_identities": [{"identity_value": "a"}], **change}))
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_doctor(self):
        report = json.loads(self.recveil("doctor", "--config", "c.yaml", "--json"))
        self.assertTrue(report["healthy"])
        self.ask(1)
        self.assertIn("hash chain is whole", self.recveil("doctor", "--config", "c.yaml"))
        self.ask(2, submitted_time="2020-01-01T00:00:00Z")
        self.assertIn("past their due date", self.recveil("doctor", "--config", "c.yaml", status=1))
        (self.path / "key").chmod(0o644)
        self.assertIn("key", self.recveil("doctor", "--config", "c.yaml", status=1))


if __name__ == "__main__":
    unittest.main()
