"""The exported service against MLflow's scoring server: the same table, the same kind of model, one row in each request, in turns.

    python -m benchmarks.service [--seconds 6] [--rounds 3] [--peer FOLDER]

Load comes from `wrk` (Debian's package) with four connections on the loopback address. MLflow runs in a virtual environment of its own,
made in FOLDER on the first run. Beside both: an ASGI application that answers with an empty body, as the ceiling of this machine. Nothing
else should run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from benchmarks.projects import bundle, telco
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.packaging import typical_row

EMPTY = """
import sys, uvicorn
async def app(scope, receive, send):
    if scope["type"] == "http":
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", http="httptools", lifespan="off")
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


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def measure(command: Sequence[str], path: str, body: str, folder: Path, seconds: int) -> dict[str, float]:
    """Start a server, wait for its first answer, load it, stop it.

    Requests/s, p50 and p99 in ms, seconds to the first answer, MB resident.
    """
    port = free_port()
    began = time.perf_counter()
    server = subprocess.Popen(
        [*command, str(port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    url = f"http://127.0.0.1:{port}{path}"
    try:
        while True:
            try:
                request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"})
                with urllib.request.urlopen(request, timeout=30) as answer:
                    answer.read()
                break
            except OSError:
                if time.perf_counter() - began > 120 or server.poll() is not None:
                    raise SystemExit(f"{command[0]} does not answer at {url}") from None
                time.sleep(0.01)
        started = time.perf_counter() - began
        script = folder / "load.lua"
        script.write_text(f'wrk.method="POST"\nwrk.headers["Content-Type"]="application/json"\nwrk.body=[==[{body}]==]\n')
        load = ["wrk", "-t1", "-c4", f"-d{seconds}s", "--latency", "-s", str(script), url]
        out = subprocess.run(load, capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in out:
            raise SystemExit(f"errors under load from {url}:\n{out}")
        return {
            "requests/s": _rate(out),
            "p50 ms": _quantile(out, 50),
            "p99 ms": _quantile(out, 99),
            "start s": started,
            "MB": _resident(server.pid),
        }
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _rate(out: str) -> float:
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found
    return float(found[1])


def _quantile(out: str, percent: int) -> float:
    found = re.search(rf"\s{percent}%\s+([\d.]+)(us|ms|s)", out)
    assert found
    return float(found[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[found[2]]


def _resident(group: int) -> float:
    import psutil

    total = 0
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group:
                total += process.memory_info().rss
        except (psutil.Error, OSError):
            continue  # it ended while we looked
    return total / 2**20


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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", type=Path, default=Path(tempfile.gettempdir()) / "mlflow-peer")
    args = parser.parse_args()
    if shutil.which("wrk") is None or os.name != "posix":
        raise SystemExit("This benchmark needs wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = telco(folder / "telco", {"id": "hist_gradient_boosting"})
        bundle(chosen, folder / "bundle")
        command, body = peer(folder, args.peer)
        own = json.dumps({"rows": [typical_row(chosen.scorer.schema)]})
        (folder / "empty.py").write_text(EMPTY)
        servers = {
            "empty answer": ([sys.executable, str(folder / "empty.py")], "/", "", folder),
            "bundle": ([sys.executable, "serve.py", "--port"], "/v1/predict", own, folder / "bundle"),
            "mlflow": (command, "/invocations", body, folder),
        }
        found: dict[str, list[dict[str, float]]] = {server: [] for server in servers}
        for _ in range(args.rounds):
            for server, (call, path, sent, where) in servers.items():
                found[server].append(measure(call, path, sent, where, args.seconds))
    median = {server: {key: statistics.median(one[key] for one in rounds) for key in rounds[0]} for server, rounds in found.items()}
    for server, values in median.items():
        print(f"{server:14s}", "  ".join(f"{key} {value:10.2f}" for key, value in values.items()))
    print("bundle/mlflow ", "  ".join(f"{key} {median['bundle'][key] / median['mlflow'][key]:10.3f}" for key in median["bundle"]))


if __name__ == "__main__":
    main()
