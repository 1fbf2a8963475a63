"""The recipe for Ray Data."""
import os
import sys
import unittest

import ray
from test_engines import Recipe


class Ray(Recipe):
    def test_ray(self):
        os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
        ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="ERROR",
                 object_store_memory=80_000_000, runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(sys.path)}})
        self.addCleanup(ray.shutdown)
        self.check("ray")


del Recipe  # it has no tests of its own, and unittest would collect it here

if __name__ == "__main__":
    unittest.main()
