"""The public datasets of RECVEIL_DATA_DIR as sparse matrices."""
import lzma
import os
import unittest
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

FOLDER = os.environ.get("RECVEIL_DATA_DIR")


def need_data():
    if not FOLDER:
        raise unittest.SkipTest("RECVEIL_DATA_DIR is not set")


def ml1m():
    """(ones, ratings, gender): 6,040 people, items of MovieLens-1M; gender 0 M, 1 F."""
    with lzma.open(Path(FOLDER, "ml-1m", "ratings.dat.xz"), "rt") as file:
        lines = np.array([line.split("::")[:3] for line in file], dtype=np.int32)
    _, item = np.unique(lines[:, 1], return_inverse=True)
    shape = (6040, item.max() + 1)
    ratings = csr_matrix((lines[:, 2].astype(np.float32), (lines[:, 0] - 1, item)), shape=shape)
    ones = ratings.copy()
    ones.data[:] = 1
    with open(Path(FOLDER, "ml-1m", "users.dat")) as file:
        gender = np.array([line.split("::")[1] == "F" for line in file]).astype(np.int32)
    return ones, ratings, gender


def lastfm():
    """Ones: 1,892 people, artists of Last.fm 2k."""
    with lzma.open(Path(FOLDER, "lastfm-2k", "user_artists.dat.xz"), "rt") as file:
        next(file)
        lines = np.array([line.split() for line in file], dtype=np.int64)
    people, user = np.unique(lines[:, 0], return_inverse=True)
    artists, item = np.unique(lines[:, 1], return_inverse=True)
    return csr_matrix((np.ones(len(lines), np.float32), (user, item)),
                      shape=(len(people), len(artists)))


def rows_only(known, keep):
    """The same histories, but only these people have any."""
    mask = np.repeat(keep, np.diff(known.indptr))
    rows = np.repeat(np.arange(known.shape[0]), np.diff(known.indptr))[mask]
    out = csr_matrix((known.data[mask], (rows, known.indices[mask])), shape=known.shape)
    out.sort_indices()
    return out


def split_items(known, seed):
    """(history, held out): a random fifth of every history is held out."""
    keep = np.random.default_rng(seed).random(known.nnz) < 0.8
    parts = []
    for mask in (keep, ~keep):
        part = known.copy()
        part.data = np.where(mask, known.data, 0)
        part.eliminate_zeros()
        parts.append(part)
    return parts


def ndcg(lists, held_out, rows):
    """NDCG@10 of each list for what was held out of these rows."""
    weight = 1 / np.log2(np.arange(10) + 2)
    out = []
    for shown, row in zip(lists, rows):
        target = held_out.indices[held_out.indptr[row]:held_out.indptr[row + 1]]
        hits = np.isin(shown[:10], target)
        out.append((hits * weight[:len(hits)]).sum() / weight[:min(10, len(target))].sum())
    return np.array(out)
