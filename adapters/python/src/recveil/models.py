"""Models of folds in a folder, for servers with several processes: one process trains and saves, and
every worker takes the newest over. Arrays are mapped from the files, so workers share their memory."""
from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import List, Sequence, Union

import numpy as np

from recveil.engine import Engine
from recveil.errors import DataError, NotFoundError
from recveil.folds import FoldModel

_KEPT = 3  # versions; files of older ones go, and what is still mapped of them stays readable


class ModelFolder:
    """A folder with one subfolder for each version; a version is there whole or not at all.

    Args:
        path: made if it does not exist
    """

    def __init__(self, path: Union[str, "os.PathLike[str]"]) -> None:
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)

    def versions(self) -> List[int]:
        """The versions that are there, rising."""
        return sorted(int(p.name[1:]) for p in self.path.iterdir()
                      if p.name.startswith("v") and p.name[1:].isdigit())

    def save(self, models: Sequence[FoldModel], version: int) -> None:
        """Save all models of a version. Raises DataError if it is not above all before."""
        there = self.versions()
        if there and version <= there[-1]:
            raise DataError(f"version: {version} is not above {there[-1]}")
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=self.path))
        try:
            for fold, model in enumerate(models):
                for name, array in model.named.items():
                    np.save(fresh / f"{fold}.{name}.npy", array)
                (fresh / f"{fold}.json").write_text(json.dumps(model.settings))
            fresh.chmod(0o755)
            fresh.rename(self.path / f"v{version}")
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        for old in there[:max(0, len(there) + 1 - _KEPT)]:
            shutil.rmtree(self.path / f"v{old}", ignore_errors=True)

    def load(self, version: int) -> List[FoldModel]:
        """The models of a version, mapped from its files."""
        folder = self.path / f"v{version}"
        if not folder.is_dir():
            raise NotFoundError(f"{self.path}: there is no version {version}")
        models: List[FoldModel] = []
        while (folder / f"{len(models)}.json").exists():
            fold = len(models)
            settings = json.loads((folder / f"{fold}.json").read_text())
            arrays = {p.name.split(".")[1]: np.load(p, mmap_mode="r")
                      for p in folder.glob(f"{fold}.*.npy")}
            models.append(FoldModel.restored(settings, arrays))
        return models

    def follow(self, engine: Engine) -> bool:
        """Publish the newest version if the engine has an older one. True if it was published."""
        there = self.versions()
        if not there or there[-1] <= engine.info().model_version:
            return False
        try:
            models = self.load(there[-1])
        except (NotFoundError, FileNotFoundError):  # removed meanwhile: there is a newer one
            return False
        engine.publish_folds(models, version=there[-1])
        return True

