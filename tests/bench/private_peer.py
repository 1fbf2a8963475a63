"""The Gram matrix of histories as a SciPy host sums it: X.T @ X of a sparse matrix of unit rows. Reads
histories from standard input (numbers of 32 bits: people, items, interactions, then row lengths, then
items) and prints the seconds of the best of three products; private_bench starts it."""
import sys
import time

import numpy as np
import scipy.sparse

given = np.frombuffer(sys.stdin.buffer.read(), np.uint32)
n_people, n_items, n = (int(x) for x in given[:3])
lengths, items = given[3:3 + n_people], given[3 + n_people:3 + n_people + n]
values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
rows = scipy.sparse.csr_matrix((values, items.astype(np.int32), np.concatenate([[0], np.cumsum(lengths)])),
                               shape=(n_people, n_items))
columns = rows.T.tocsr()
seconds = []
for _ in range(3):
    start = time.process_time()
    product = columns @ rows
    seconds.append(time.process_time() - start)
print(min(seconds), int(product.nnz))
