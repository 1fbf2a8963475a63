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
from host import Engine, abi  # noqa: E402  (the example is the binding)


class MetricsHost(Engine):
    def __init__(self, library, yaml="keys: {ephemeral: true}\n", serving=""):
        super().__init__(library, yaml + f"serving: {{list_length: 10, ratio: 0.1{serving}}}\n")
        self.publish(counts=[1000 // (i + 1) + 1 for i in range(200)], members=range(50))

    def set_audit(self, **fields):
        given = {"adversary": abi.RECVEIL_ADVERSARY_ADAPTIVE, "verdict": abi.RECVEIL_VERDICT_LEAK,
                 "defended": 1, "positive_control": 1, "negative_control": 1, "n_members": 500,
                 "n_non_members": 400, "auc": 0.75, "auc_lo": 0.7, "auc_hi": 0.8, "blind_auc": 0.5,
                 "tpr_01": 0.05, "tpr_01_lo": 0.03, "tpr_01_hi": 0.07, "limit": 0.55,
                 "ndcg10_members": 0.1, "ndcg10_non_members": 0.05, "seconds": 30,
                 "precision": 0.9, "recall": 0.95, "balanced_accuracy": 0.7}
        self.lib.recveil_metrics_set_audit(self.handle,
                                           abi.recveil_audit_result(**{**given, **fields}))

    def start(self):
        self.lib.recveil_engine_start(self.handle)


def full_scrape(library):
    """Every metric, with every value of every label."""
    with tempfile.TemporaryDirectory() as folder:
        return scrape_with_journal(library, folder)


def scrape_with_journal(library, folder):
    key = pathlib.Path(folder) / "key"
    abi.load(library).recveil_key_generate(str(key).encode())
    host = MetricsHost(library, f"keys: {{file: {key}}}\nforget: {{journal: {folder}/journal}}\n"
                       f"private: {{ledger: {folder}/ledger, mu: 1, people: 5000}}\n",
                       ", watch_items: {items: [3]}")
    journal = c.c_void_p()
    host.lib.recveil_forget_open(host.handle, None, c.byref(journal))
    for attack in range(abi.RECVEIL_ATTACK_MEMBERSHIP, abi.RECVEIL_ATTACK_SCREENING + 1):
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
    host.set_audit(attack=abi.RECVEIL_ATTACK_MEMBERSHIP, auc_lo=0.7, limit=0.55)
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
