"""The application that test_web.py serves: FOLDER has key, state, models and the journal."""
import os

import numpy as np
import recveil
import recveil.wsgi
import scene

FOLDER = os.environ["RECVEIL_TEST_FOLDER"]
KNOWN = scene.histories()
TOKEN = "a token of the test"
WORKER = "X-Worker"  # the header that says which process answered


def opened():
    return recveil.Engine({
        "keys": {"file": f"{FOLDER}/key"}, "state_dir": f"{FOLDER}/state",
        "forget": {"journal": f"{FOLDER}/forget.db"},
        "serving": {"mode": "cross_fit", "folds": 2, "list_length": 20, "support_floor": 1,
                    "ratio": 0.5}})


def service(engine):
    return recveil.Service(engine, token=TOKEN, forget=True, refresh_seconds=0.2,
                           history=lambda user: KNOWN[int(user)].indices,
                           models=recveil.ModelFolder(f"{FOLDER}/models"))


def publish(engine, version):
    """As the trainer does: models into the folder, popularity into the state."""
    folder = recveil.ModelFolder(f"{FOLDER}/models")
    folder.save([scene.model(KNOWN, seed=version), scene.model(KNOWN, seed=version + 50)], version)
    engine.publish_popularity(np.bincount(KNOWN.indices, minlength=120) + version)


def own_app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


def application():
    inner = recveil.wsgi.Middleware(own_app, service(opened()))

    def application_of_worker(environ, start_response):
        def start(status, headers, *more):
            return start_response(status, [*headers, (WORKER, str(os.getpid()))], *more)
        return inner(environ, start)
    return application_of_worker
