"""DuckDB: statistics from the chunks of a query (init, add, merge), then an Arrow function for each row."""
import duckdb
import numpy as np
import pyarrow as pa
from recveil import ErasureMap, ErasureStatistics


def matrix(column):
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(column.flatten(), np.float32).reshape(len(column), -1).copy()


def run(rows, classes):
    users = pa.table({"id": np.arange(len(rows)), "features": pa.array(list(rows), pa.list_(pa.float32())),
                      "gender": classes})
    con = duckdb.connect()
    con.register("users", users)
    total = ErasureStatistics(rows.shape[1], 2)
    for batch in con.sql("select features, gender from users").to_arrow_table().to_batches(1000):
        part = ErasureStatistics(rows.shape[1], 2)
        total.merge(part.add(matrix(batch["features"]), np.asarray(batch["gender"])))
    erasure = ErasureMap.fit_statistics([total], ["gender"])

    def erased(column):
        out = matrix(column)
        erasure.apply(out)
        return pa.array(list(out), pa.list_(pa.float32()))

    con.create_function("erased", erased, ["FLOAT[]"], "FLOAT[]", type="arrow")
    return matrix(con.sql("select erased(features) as features from users order by id").to_arrow_table()["features"])
