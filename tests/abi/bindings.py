"""The generated ctypes bindings against a compiled program: sizes, offsets, constants, defaults.

usage: bindings.py SOURCE COMPILER LIBRARY
"""
import ctypes
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE, COMPILER, LIBRARY = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
ADAPTER = SOURCE / "adapters" / "python"
sys.path.insert(0, str(ADAPTER / "src"))
from recveil import abi  # noqa: E402


def generated(where):
    return subprocess.run([sys.executable, ADAPTER / "tools" / "gen_abi.py", SOURCE / "include",
                           where], capture_output=True, text=True, check=True).stdout


def compiled():
    """What the layout program prints, line by line."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "layout"
        subprocess.run([COMPILER, "-x", "c", f"-I{SOURCE / 'include'}", "-o", program, "-"],
                       input=generated("--layout"), text=True, check=True)
        return subprocess.run([program], capture_output=True, text=True,
                              check=True).stdout.splitlines()


class Bindings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lines = [line.split() for line in compiled()]

    def test_the_modules_are_up_to_date(self):
        with tempfile.TemporaryDirectory() as folder:
            generated(folder)
            for name in ("abi.py", "abi_types.py"):
                self.assertEqual((ADAPTER / "src" / "recveil" / name).read_text(),
                                 (Path(folder) / name).read_text(),
                                 "make it again with adapters/python/tools/gen_abi.py")

    def test_sizes_and_offsets_are_those_of_the_compiler(self):
        seen = 0
        for struct, field, offset, size in (x for x in self.lines if len(x) == 4 and x[2] != ":="):
            kind = getattr(abi, struct)
            if field == ".":
                self.assertEqual(ctypes.sizeof(kind), int(size), struct)
            else:
                found = getattr(kind, field)
                self.assertEqual((found.offset, found.size), (int(offset), int(size)),
                                 f"{struct}.{field}")
            seen += 1
        self.assertGreater(seen, 300)

    def test_constants_have_the_compilers_values(self):
        constants = {x[0]: int(x[2]) for x in self.lines if len(x) == 3}
        self.assertGreater(len(constants), 100)
        for name, value in constants.items():
            self.assertEqual(getattr(abi, name), value, name)

    def test_defaults_are_those_of_the_init_macros(self):
        given = [x for x in self.lines if len(x) == 4 and x[2] == ":="]
        self.assertGreater(len(given), 100)
        for struct, field, _, value in given:
            mine = float(getattr(getattr(abi, struct)(), field))
            self.assertTrue(mine == float(value) or (math.isnan(mine) and math.isnan(float(value))),
                            f"{struct}.{field}: {mine}, C has {value}")

    def test_every_exported_function_is_bound(self):
        names = (SOURCE / "tests" / "abi" / "symbols.txt").read_text().split()
        self.assertEqual(sorted(abi.FUNCTIONS), sorted(names))

    def test_a_failure_is_an_exception_with_status_and_text(self):
        lib = abi.load(LIBRARY)
        with self.assertRaises(abi.Error) as caught:
            lib.recveil_config_check(b"serving: {ratio: 2}", 19, b"mine.yaml")
        self.assertEqual(caught.exception.status, abi.RECVEIL_E_CONFIG)
        self.assertIn("mine.yaml", str(caught.exception))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
