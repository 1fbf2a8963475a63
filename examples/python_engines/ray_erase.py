"""Ray Data: a block of statistics for each batch, merged here, then map_batches over Arrow batches."""
import numpy as np
import ray
from recveil import ErasureMap, ErasureStatistics


def statistics(batch):
    rows = np.array(batch["features"], np.float32)
    return {"block": [ErasureStatistics(rows.shape[1], 2).add(rows, batch["gender"]).to_bytes()]}


def erase(batch, snapshot):
    rows = np.array(batch["features"], np.float32)
    ErasureMap.open(snapshot).apply(rows)
    return {**batch, "features": rows}


def run(rows, classes):
    users = ray.data.from_items([{"features": row, "gender": one} for row, one in zip(rows, classes)],
                                override_num_blocks=4)
    total = ErasureStatistics(rows.shape[1], 2)
    for found in users.map_batches(statistics, batch_size=500).take_all():
        total.merge(ErasureStatistics.open(found["block"]))
    snapshot = ErasureMap.fit_statistics([total], ["gender"]).to_bytes()
    out = users.map_batches(erase, fn_kwargs={"snapshot": snapshot}, batch_size=500).take_all()
    return np.array([row["features"] for row in out], np.float32)
