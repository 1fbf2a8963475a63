"""Polars: statistics from slices, then the map over batches. The bits are those of one array."""
import polars as pl
from recveil import ErasureMap, ErasureStatistics


def erase(frame, erasure):
    rows = frame["features"].to_numpy(writable=True)
    erasure.apply(rows)
    return frame.with_columns(pl.Series("features", rows, frame.schema["features"]))


def run(rows, classes):
    users = pl.DataFrame({"features": pl.Series(rows, dtype=pl.Array(pl.Float32, rows.shape[1])), "gender": classes})
    sums = ErasureStatistics(rows.shape[1], 2)
    for part in users.iter_slices(1000):
        sums.add(part["features"].to_numpy(), part["gender"].to_numpy())
    erasure = ErasureMap.fit_statistics([sums], ["gender"])
    erased = users.lazy().map_batches(lambda frame: erase(frame, erasure)).collect()
    return erased["features"].to_numpy()
