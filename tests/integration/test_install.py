"""An installed copy: found by CMake and by pkg-config, also after the prefix was moved."""
import os
import pathlib
import shutil
import tempfile
import unittest

from support import BUILD, CMAKE, SOURCE, run


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        first = cls.folder / "first"
        done = run(CMAKE, "--install", BUILD, "--prefix", first)
        assert done.returncode == 0, done.stderr
        cls.prefix = cls.folder / "moved"
        first.rename(cls.prefix)
        cls.libraries = next(cls.prefix.glob("lib/**/librecveil.so")).parent

    def build_and_run(self, name, *options, **environment):
        build = self.folder / name
        environment = {**os.environ, **environment}
        source = SOURCE / "examples/c_minimal/main.c"
        for step in ((CMAKE, "-S", SOURCE / "tests/integration/consumer", "-B", build,
                      f"-DSOURCE={source}", *options), (CMAKE, "--build", build)):
            done = run(*step, env=environment)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = run(build / "consumer",
                   env={**environment, "LD_LIBRARY_PATH": str(self.libraries)})
        self.assertEqual(done.returncode, 0, done.stderr)
        # Which items differs from run to run, because the example's keys are made anew.
        self.assertRegex(done.stdout, r"user 1:( \d){3}\nuser 99:( \d){3}\nuser 9:( \d){3}\n")

    def test_cmake_package(self):
        self.build_and_run("by-cmake", f"-DCMAKE_PREFIX_PATH={self.prefix}")

    def test_pkg_config(self):
        self.build_and_run("by-pkg-config", "-DUSE_PKG_CONFIG=ON",
                           PKG_CONFIG_PATH=str(self.libraries / "pkgconfig"))

    def test_command_finds_its_library(self):
        done = run(self.prefix / "bin" / "recveil", "version")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(str(self.prefix), done.stdout)
        done = run(self.prefix / "bin" / "recveil", "audit", "membership", "--seeds", 1, "--data",
                   "synthetic:users=200,items=150,seed=1", "--json")
        self.assertIn(done.returncode, (0, 1, 3), done.stderr)

    def test_only_what_users_need_is_installed(self):
        top = sorted(p.name for p in self.prefix.iterdir())
        self.assertEqual(top, ["bin", "include", "lib"])
        names = {p.name for p in self.prefix.rglob("*") if p.is_file()}
        self.assertFalse({n for n in names if n.endswith(".a")}, "no static rooms")
        self.assertIn("recveil.hpp", names)
        self.assertIn("librecveil.so.0", names)
        self.assertIn("librecveil-audit.so.0", names)


if __name__ == "__main__":
    unittest.main()
