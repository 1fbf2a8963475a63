"""The README's commands, run as they stand (quickstart.sh and run.sh are run by tests/run.sh)."""
import os
import pathlib
import re
import shlex
import tempfile
import unittest

from support import COMMAND, LIBRARY, SOURCE, recveil, run


def shell_commands():
    text = (SOURCE / "README.md").read_text()
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            line = line.split("   #")[0].strip()
            if line:
                yield line


class Readme(unittest.TestCase):
    def test_starts_with_the_two_commands(self):
        commands = list(shell_commands())
        self.assertEqual(commands[:2], ["examples/quickstart.sh", "tests/run.sh"])
        for command in commands[:2]:
            self.assertTrue(os.access(SOURCE / command, os.X_OK), command)
        self.assertIn("examples/quickstart.sh", (SOURCE / "tests/run.sh").read_text())

    def test_is_short(self):
        self.assertLessEqual(len((SOURCE / "README.md").read_text().splitlines()), 130)

    def test_the_host_in_c_prints_what_the_text_says(self):
        text = (SOURCE / "README.md").read_text()
        program = re.search(r"```c\n(.*?)```\n\nIt prints (.*?)\.", text, re.DOTALL)
        wanted = re.findall(r"`([^`]+)`", program[2])
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "host.c"
            source.write_text(program[1])
            library = pathlib.Path(LIBRARY)
            made = run("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{SOURCE / 'include'}",
                       "-o", source.with_suffix(""), source, library,
                       f"-Wl,-rpath,{library.parent}")
            self.assertEqual(made.returncode, 0, made.stderr)
            done = run(source.with_suffix(""))
            self.assertEqual(done.stdout.splitlines(), wanted, done.stderr)

    def test_every_other_command_runs(self):
        data = os.environ.get("RECVEIL_DATA_DIR", "")
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            made = recveil("data", "generate", "--data", "synthetic:users=400,items=300,seed=5",
                           "--out", folder / "made.csv")
            self.assertEqual(made.returncode, 0, made.stderr)
            rows = [line.split(",") for line in (folder / "made.csv").read_text().splitlines()[1:]]
            # user, item, rating, time as the README's SPEC counts them
            (folder / "ratings.csv").write_text(
                "".join(f"{row[0]},{row[1]},1,{row[-1]}\n" for row in rows))
            for command in list(shell_commands())[2:]:
                with self.subTest(command=command):
                    command = re.sub(r"(\S+):DIR", rf"\1:{data}/\1" if data else "synthetic",
                                     command)
                    words = shlex.split(command)
                    self.assertEqual(words[0], "recveil")
                    done = run(COMMAND, *words[1:], cwd=folder, timeout=600)
                    self.assertIn(done.returncode, (0, 1, 3), done.stderr)
                    self.assertTrue(done.stdout)


if __name__ == "__main__":
    unittest.main()
