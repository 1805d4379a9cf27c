"""Single-row requests to the exported service, beside a bare server that echoes them and beside MLflow's scoring server, in turns.

    python -m benchmarks.service [--seconds 6] [--rounds 3] [--without-mlflow] [--peer FOLDER]
    python -m benchmarks.service --monitoring [--seconds 6] [--rounds 3]

Telco churn, 300 boosted trees, one row in each request, on 1, 4 and 64 connections of the loopback address that stay open. The echo is an
ASGI application under uvicorn with httptools and uvloop that sends the body back: what this machine can do at most. MLflow serves a model
of the same kind, in a virtual environment of its own that is made in FOLDER on the first run; it is measured with 4 connections. Load
comes from `wrk` (Debian's package). Nothing else should run meanwhile. With --monitoring the service is compared with itself where it keeps
counts, a sample of the rows, and all of them: its ratio to “counts” is to be at most 1.11.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.load import load, need_wrk, started
from benchmarks.projects import bundle, telco
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.packaging import typical_row

TREES = 300
CONNECTIONS = (1, 4, 64)
PEER_CONNECTIONS = 4
LEAST = {1: 0.5, 4: 0.5, 64: 1.0}  # requests/s of the service, as a share of those of the echo
ECHO = """
import sys, uvicorn
async def app(scope, receive, send):
    if scope["type"] == "http":
        pieces, more = [], True
        while more:
            message = await receive()
            pieces.append(message.get("body", b""))
            more = message.get("more_body")
        body = b"".join(pieces)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, http="httptools", loop="uvloop", lifespan="off")
"""
PEER = """
import sys, mlflow, pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
table = pd.read_csv(sys.argv[1], na_values=[" "]).drop(columns="customerID")
X, y = table.drop(columns="Churn"), table["Churn"]
X = X.astype({name: "float64" for name in X.select_dtypes("number")})
numbers = list(X.select_dtypes("number"))
words = [name for name in X if name not in numbers]
X[words] = X[words].astype(object)
prepare = ColumnTransformer([("n", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
                             ("w", OneHotEncoder(handle_unknown="ignore", sparse_output=False), words)])
model = make_pipeline(prepare, HistGradientBoostingClassifier(random_state=0)).fit(X, y)
signature = mlflow.models.infer_signature(X, model.predict(X))
mlflow.sklearn.save_model(model, sys.argv[2], signature=signature, serialization_format="cloudpickle")
X.head(1).to_json(sys.argv[3], orient="records")
"""


Figures = dict[str, float]


def measure(command: Sequence[str], path: str, body: str, folder: Path, connections: Sequence[int], seconds: int) -> dict[int, Figures]:
    """The figures of one start of a server for each number of connections: those of `load`, seconds to the first answer, MB resident."""
    found = {}
    with started(command, folder, path, body) as server:
        for count in connections:
            found[count] = load(server, path, body, count, seconds)
            found[count] |= {"start s": server.start, "MB": server.resident()}
    return found


def peer(folder: Path, environment: Path) -> tuple[list[str], str]:
    """MLflow's command and request, its environment made when it is not there."""
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "mlflow"], check=True)
    row = folder / "row.json"
    sample = resource_folder() / "samples" / "telco_churn.csv"
    subprocess.run([python, "-c", PEER, sample, folder / "model", row], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    serve = ["models", "serve", "-m", str(folder / "model"), "--env-manager", "local", "-p"]
    shell = ["env", f"PATH={environment / 'bin'}:{os.environ['PATH']}", str(environment / "bin" / "mlflow"), *serve]
    return shell, json.dumps({"dataframe_records": json.loads(row.read_text())})


def monitored(folder: Path, body: str) -> dict[str, tuple[list[str], str, str, Path, tuple[int, ...]]]:
    """The service that keeps more and more, each in a folder of its own."""
    servers = {}
    for log in ("counts", "sampled", "full"):
        flags = ["--monitor-folder", str(folder / log), "--prediction-log", log]
        servers[log] = ([sys.executable, "serve.py", *flags, "--port"], "/v1/predict", body, folder / "bundle", CONNECTIONS)
    return servers


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-mlflow", action="store_true")
    parser.add_argument("--monitoring", action="store_true")
    parser.add_argument("--peer", type=Path, default=Path(tempfile.gettempdir()) / "mlflow-peer")
    args = parser.parse_args()
    need_wrk()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = telco(folder / "telco", {"id": "hist_gradient_boosting", "params": {"max_iter": TREES}})
        bundle(chosen, folder / "bundle")
        own = json.dumps({"rows": [typical_row(chosen.scorer.schema)]})
        (folder / "echo.py").write_text(ECHO)
        servers = {"bundle": ([sys.executable, "serve.py", "--port"], "/v1/predict", own, folder / "bundle", CONNECTIONS)}
        if args.monitoring:
            servers |= monitored(folder, own)
        else:
            servers["echo"] = ([sys.executable, str(folder / "echo.py")], "/", own, folder, CONNECTIONS)
        if not (args.monitoring or args.without_mlflow):
            command, body = peer(folder, args.peer)
            servers["mlflow"] = (command, "/invocations", body, folder, (PEER_CONNECTIONS,))
        found: dict[str, list[dict[int, Figures]]] = {server: [] for server in servers}
        for _ in range(args.rounds):
            for server, call in servers.items():
                found[server].append(measure(*call, args.seconds))
    report(found)


def report(found: dict[str, list[dict[int, Figures]]]) -> None:
    """Print the medians, and the medians of the ratios of each round."""
    for server, rounds in found.items():
        for count in rounds[0]:
            values = {key: statistics.median(one[count][key] for one in rounds) for key in rounds[0][count]}
            print(f"{server:8s} {count:3d} connections  ", "  ".join(f"{key} {value:9.2f}" for key, value in values.items()))
    for server in [one for one in found if one != "bundle"]:
        pairs = [*zip(found["bundle"], found[server], strict=True)]
        for count in found[server][0]:
            ratios = {key: statistics.median(a[count][key] / b[count][key] for a, b in pairs) for key in pairs[0][1][count]}
            least = f"  (at least {LEAST[count]} requests/s)" if server == "echo" else ""
            print(f"bundle/{server} {count:3d} connections  ", "  ".join(f"{key} {one:9.3f}" for key, one in ratios.items()) + least)


if __name__ == "__main__":
    main()
