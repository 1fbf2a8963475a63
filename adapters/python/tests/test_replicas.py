"""A serving fleet: what one process publishes to a state folder, and what others see of a copy that is late."""
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import recveil

USERS = 40
REPLICA = """
import json, sys, recveil
engine = recveil.Engine(json.loads(sys.argv[1]))
print("open", flush=True)
for _ in sys.stdin:  # one line: refresh, and say what is served
    try:
        engine.refresh()
        said = ""
    except recveil.RecveilError as error:
        said = type(error).__name__
    erased = [u for u in range({users}) if engine.route(u).reason == recveil.Reason.ERASED]
    print(json.dumps([engine.info().state_version, erased, said]), flush=True)
""".replace("{users}", str(USERS))


class Replicas(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        recveil.generate_key(self.folder / "key")
        for name in ("shared", "late"):
            (self.folder / name).mkdir()
        self.engine = recveil.Engine(self.config("shared"))
        self.engine.publish_popularity(np.arange(100, 0, -1))
        self.engine.publish_users("members", np.arange(USERS))

    def config(self, name):
        return {"keys": {"file": str(self.folder / "key")}, "state_dir": str(self.folder / name),
                "serving": {"mode": "popularity_randomization", "list_length": 5, "ratio": 1.0}}

    def replica(self, name):
        process = subprocess.Popen([sys.executable, "-c", REPLICA, json.dumps(self.config(name))], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdin.close)
        self.assertEqual(process.stdout.readline(), "open\n")
        return process

    def ask(self, process):
        process.stdin.write("\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def copies(self):
        """The steps of a copier that knows nothing of the files: each in any order, first by half."""
        for path in sorted((self.folder / "shared").iterdir()):
            if path.name != "LOCK":
                whole = path.read_bytes()
                for part in (whole[:len(whole) // 2], whole):
                    yield path.name, part

    def test_three_processes_and_a_late_copy(self):
        for path in (self.folder / "shared").iterdir():
            shutil.copy2(path, self.folder / "late" / path.name)
        near, late = self.replica("shared"), self.replica("late")
        erased, seen = [], [[]]
        before = self.ask(late)[0]
        for user in (3, 11, 29):
            self.engine.publish_users("erased", [user], "add")
            erased.append(user)
            seen.append(list(erased))
            self.assertEqual(self.ask(near)[1], erased)  # at its next refresh
            for name, data in self.copies():
                (self.folder / "late" / name).write_bytes(data)
                version, found, said = self.ask(late)
                self.assertIn(found, seen, (name, said))  # whole states alone, and the last one if a file is torn
                self.assertGreaterEqual(version, before)
                before = version
            version, found, said = self.ask(late)
            self.assertEqual((found, said), (erased, ""))
        for path in (self.folder / "late").iterdir():  # an old copy put back is not taken over
            if path.name == "CURRENT":
                path.write_bytes(b"2\n"[:len(path.read_bytes())])
        self.assertEqual(self.ask(late)[1], erased)


if __name__ == "__main__":
    unittest.main()
