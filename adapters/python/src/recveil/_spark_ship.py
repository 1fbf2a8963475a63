"""What Spark sends to its workers by value, so that a worker without the package can say so."""
from typing import Any


def task(name: str, version: str, *given: Any) -> Any:
    """A function of Arrow batches that runs recveil._spark_tasks.NAME(batches, *given) there.

    Raises (in the worker):
        RuntimeError: names the machine, if the package is not there or is another version
    """

    def run(data: Any) -> Any:
        import importlib
        import platform
        import sys
        try:
            tasks = importlib.import_module("recveil._spark_tasks")
        except (ImportError, OSError) as error:
            raise RuntimeError(
                f"the worker on {platform.node()} cannot load recveil ({error}): install the wheel in the "
                f"Python of the workers ({sys.executable}), or ship an environment with "
                "spark.archives") from None
        if tasks.VERSION != version:
            raise RuntimeError(f"the worker on {platform.node()} has recveil {tasks.VERSION}, the driver "
                               f"{version}")
        return getattr(tasks, name)(data, *given)

    return run
