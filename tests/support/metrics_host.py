"""A host with metrics: it serves, and it sets the results of audits. Used by the Prometheus tests and
by metrics_reference.py.

usage: metrics_host.py LIBRARY LISTENER_PORT OWN_PORT
Serves until standard input is closed, with metrics on both ports: on the first by the library's
listener, on the second by an HTTP server of the host's own. It has one leaking audit.
"""
import ctypes as c
import http.server
import pathlib
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples/python_ctypes"))
from host import Engine, new  # noqa: E402  (the example is the binding)

LEAK, NO_LEAK_FOUND = 1, 2
MEMBERSHIP, ATTRIBUTE = 1, 3


class AuditResult(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("attack", c.c_uint8),
                ("adversary", c.c_uint8), ("verdict", c.c_uint8), ("defended", c.c_uint8),
                ("positive_control", c.c_uint8), ("negative_control", c.c_uint8),
                ("reserved", c.c_uint8 * 2), ("members", c.c_uint64), ("non_members", c.c_uint64),
                ("auc", c.c_double), ("auc_lo", c.c_double), ("auc_hi", c.c_double),
                ("blind_auc", c.c_double), ("tpr_01", c.c_double), ("tpr_01_lo", c.c_double),
                ("tpr_01_hi", c.c_double), ("limit", c.c_double), ("ndcg10_members", c.c_double),
                ("ndcg10_non_members", c.c_double), ("finished", c.c_uint64),
                ("seconds", c.c_double), ("precision", c.c_double), ("recall", c.c_double),
                ("balanced_accuracy", c.c_double)]


class MetricsHost(Engine):
    def __init__(self, library, yaml="keys: {ephemeral: true}\n"):
        super().__init__(library, yaml + "serving: {list_length: 10, ratio: 0.1}\n")
        self.publish(counts=[1000 // (i + 1) + 1 for i in range(200)], members=range(50))

    def set_audit(self, **fields):
        result = new(AuditResult, adversary=2, verdict=LEAK, defended=1, positive_control=1,
                     negative_control=1, members=500, non_members=400, auc=0.75, auc_lo=0.7,
                     auc_hi=0.8, blind_auc=0.5, tpr_01=0.05, tpr_01_lo=0.03, tpr_01_hi=0.07,
                     limit=0.55, ndcg10_members=0.1, ndcg10_non_members=0.05, seconds=30, precision=0.9,
                     recall=0.95, balanced_accuracy=0.7)
        for name, value in fields.items():
            setattr(result, name, value)
        self.check(self.lib.recveil_metrics_set_audit(self.handle, c.byref(result)))

    def start(self):
        self.check(self.lib.recveil_engine_start(self.handle))


def full_scrape(library):
    """Every metric, with every value of every label."""
    with tempfile.TemporaryDirectory() as folder:
        return scrape_with_journal(library, folder)


def scrape_with_journal(library, folder):
    key = pathlib.Path(folder) / "key"
    c.CDLL(library).recveil_key_generate(str(key).encode())
    host = MetricsHost(library, f"keys: {{file: {key}}}\nforget: {{journal: {folder}/journal}}\n")
    journal = c.c_void_p()
    host.check(host.lib.recveil_forget_open(host.handle, None, c.byref(journal)))
    for attack in range(1, 5):
        for defended in (0, 1):
            for adversary in (1, 2, 3):
                host.set_audit(attack=attack, defended=defended, adversary=adversary)
    for user in range(100):
        host.serve(user, k=5, host_list=range(100))
    text = host.metrics()
    host.lib.recveil_forget_close(journal)
    host.close()
    return text


def main():
    library, listener_port, own_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    host = MetricsHost(library, "keys: {ephemeral: true}\n"
                                f"metrics: {{listen: '127.0.0.1:{listener_port}'}}\n")

    class OwnEndpoint(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = host.metrics().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    own = http.server.ThreadingHTTPServer(("127.0.0.1", own_port), OwnEndpoint)
    threading.Thread(target=own.serve_forever, daemon=True).start()
    host.set_audit(attack=MEMBERSHIP, auc_lo=0.7, limit=0.55)
    host.start()
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    print("ready", flush=True)
    while not stop.is_set():
        for user in range(100):
            host.serve(user, k=5, host_list=range(100))
        time.sleep(0.05)
    own.shutdown()
    host.close()


if __name__ == "__main__":
    main()
