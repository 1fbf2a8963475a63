"""The net of plugin/recommend/ncf.h in PyTorch, trained with fused Adam on one thread. Reads lines with
a number of samples, trains on the next so many, and answers each with the CPU seconds that took and
the sum of the losses; ncf_bench starts it and writes the start and the samples to FOLDER.

Needs PyTorch and NumPy (`pip install torch numpy` in an environment of its own) and installs
nothing; exits with 77 where they are missing.

usage: ncf_peer.py FOLDER N_USERS N_ITEMS BATCH LEARNING_RATE
"""
import sys
import time

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError as missing:
    print(f"{sys.executable}: {missing}", file=sys.stderr)
    sys.exit(77)

torch.set_num_threads(1)
torch.set_flush_denormal(True)  # as fast as it gets: ours has hardly any
folder = sys.argv[1]
n_users, n_items, batch = (int(argument) for argument in sys.argv[2:5])
rate = float(sys.argv[5])


def numbers(name, *shape):
    return torch.from_numpy(np.fromfile(f"{folder}/{name}", np.float32).reshape(shape))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.user_mlp, self.item_mlp = nn.Embedding(n_users, 32), nn.Embedding(n_items, 32)
        self.user_gmf, self.item_gmf = nn.Embedding(n_users, 8), nn.Embedding(n_items, 8)
        self.layers = nn.ModuleList([nn.Linear(64, 32), nn.Linear(32, 16), nn.Linear(16, 8)])
        self.output = nn.Linear(16, 1)
        users, items = numbers("users", n_users, 40), numbers("items", n_items, 40)
        flat, at = numbers("layers", -1), 0
        with torch.no_grad():
            for table, start in ((self.user_mlp, users[:, :32]), (self.user_gmf, users[:, 32:]),
                                 (self.item_mlp, items[:, :32]), (self.item_gmf, items[:, 32:])):
                table.weight.copy_(start)
            for layer in [*self.layers, self.output]:
                size = layer.in_features * layer.out_features
                weight = flat[at:at + size].reshape(layer.in_features, layer.out_features)
                layer.weight.copy_(weight.T)
                layer.bias.copy_(flat[at + size:at + size + layer.out_features])
                at += size + layer.out_features

    def forward(self, user, item):
        x = torch.cat([self.user_mlp(user), self.item_mlp(item)], 1)
        for layer in self.layers:
            x = torch.relu(layer(x))
        product = self.user_gmf(user) * self.item_gmf(item)
        return self.output(torch.cat([x, product], 1)).squeeze(1)


samples = np.fromfile(f"{folder}/samples", np.dtype([("user", "<u4"), ("item", "<u4"),
                                                     ("label", "<f4")]))
user = torch.from_numpy(samples["user"].astype(np.int64))
item = torch.from_numpy(samples["item"].astype(np.int64))
label = torch.from_numpy(samples["label"].copy())
net, loss_of = Net(), nn.BCEWithLogitsLoss()
adam = torch.optim.Adam(net.parameters(), lr=rate, fused=True)
print(f"PyTorch {torch.__version__} {torch.backends.cpu.get_cpu_capability()}", flush=True)
done = 0
for line in sys.stdin:
    end, total, start = min(done + int(line), len(user)), 0.0, time.thread_time()
    for begin in range(done, end, batch):
        part = slice(begin, min(begin + batch, end))
        adam.zero_grad()
        loss = loss_of(net(user[part], item[part]), label[part])
        loss.backward()
        adam.step()
        total += loss.item() * (part.stop - part.start)
    done = 0 if end == len(user) else end
    print(time.thread_time() - start, total, flush=True)
