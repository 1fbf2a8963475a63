"""The source tree keeps its own rules."""
import re
import shutil
import subprocess
import unittest

from support import SOURCE, run

CODE = (".c", ".cc", ".h", ".hpp", ".py", ".sh")


def files():
    listed = run("git", "-C", SOURCE, "ls-files")
    paths = [SOURCE / line for line in listed.stdout.splitlines()]
    return [p for p in paths if p.is_file()] if listed.returncode == 0 and paths else [
        p for p in SOURCE.rglob("*") if p.is_file() and ".git" not in p.parts
        and not any(part.startswith("build") for part in p.relative_to(SOURCE).parts)]


class Tree(unittest.TestCase):
    def test_no_file_over_500_lines(self):
        for path in files():
            if path.suffix in CODE:
                self.assertLessEqual(len(path.read_text().splitlines()), 500, path)

    def test_the_top_level_is_fixed(self):
        allowed = {"include", "plugin", "adapters", "hooks", "examples", "tests", "cmake", "docs",
                   ".ci"}
        tops = {p.relative_to(SOURCE).parts[0] for p in files()
                if len(p.relative_to(SOURCE).parts) > 1}
        self.assertLessEqual(tops, allowed)

    def test_attacks_and_defences_never_meet_outside_audit(self):
        for path in files():
            room = path.relative_to(SOURCE).parts
            if path.suffix not in (".h", ".cc", ".hpp") or room[0] not in ("plugin", "hooks"):
                continue
            text = path.read_text()
            self.assertNotRegex(text, r'#include "\.\./', path)
            if "attack" in room:
                self.assertNotIn('#include "defense/', text, path)
            if "defense" in room or "hooks" in room:
                self.assertNotIn('#include "attack/', text, path)

    def test_third_party_libraries_stay_in_their_rooms(self):
        rooms = {"yaml-cpp/": ("plugin/config",), "prometheus/": ("plugin/metrics",),
                 "Eigen/": ("plugin/numerics", "plugin/attack", "plugin/recommend/rated_als.cc", "tests"), "nlohmann/": ("plugin/audit", "plugin/text", "hooks/cli", "tests"),
                 "boost/dll": ("plugin/abi", "plugin/attack/xgboost_library.cc", "hooks/cli",
                               "include/recveil", "tests"),
                 "CLI/": ("hooks/cli",), "fmt/": ("hooks/cli",), "lzma.h": ("plugin/data", "tests"),
                 "zlib.h": ("plugin/data", "tests"), "libsvm/": ("tests",),
                 "sqlite3.h": ("plugin/journal", "tests")}
        for path in files():
            if path.suffix not in (".h", ".cc", ".hpp", ".c"):
                continue
            room = str(path.relative_to(SOURCE))
            for header in re.findall(r"#include <([^>]+)>", path.read_text()):
                for prefix, allowed in rooms.items():
                    if header.startswith(prefix):
                        self.assertTrue(room.startswith(allowed), f"{room} includes {header}")

    def test_documents_link_to_files_that_exist(self):
        for path in files():
            if path.suffix != ".md":
                continue
            for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
                if "://" not in target:
                    self.assertTrue((path.parent / target).exists(), f"{path}: {target}")

    def test_code_is_formatted(self):
        formatter = shutil.which("clang-format-14") or shutil.which("clang-format")
        self.assertIsNotNone(formatter, "clang-format is not installed")
        code = [str(p) for p in files() if p.suffix in (".c", ".cc", ".h", ".hpp")]
        done = subprocess.run([formatter, "--dry-run", "-Werror", *code], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[:2000])


if __name__ == "__main__":
    unittest.main()
