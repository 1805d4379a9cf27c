"""Snippets run as they stand, whatever is in the row."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mlops_desktop.engine.packaging.request_snippets import curl, python

ROW = {'it\'s "odd" $HOME `x` \\ %': "a'b\"c\\n", "Größe": 1.5, "none": None, "yes": True, "n": 3, "line": "a\nb"}


@pytest.fixture
def server():
    got: list[object] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.headers["Content-Type"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            body = b'{"predictions":[{"prediction":"ok"}]}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    made = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}/", got
    made.shutdown()
    made.server_close()
    thread.join()


def test_python(server):
    url, got = server
    done = subprocess.run([sys.executable, "-c", python(url, ROW)], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "{'prediction': 'ok'}"
    assert got == [("/v1/predict", "application/json", {"rows": [ROW]})]


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("curl") is None, reason="needs a POSIX shell with curl")
def test_curl(server):
    url, got = server
    done = subprocess.run(["sh", "-c", curl(url, ROW, "linux")], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout)["predictions"]
    assert got == [("/v1/predict", "application/json", {"rows": [ROW]})]


def test_curl_on_windows_is_quoted_for_its_arguments():
    text = curl("http://127.0.0.1:8000/", {"a": 'x"y'}, "win32")
    assert text.endswith(r'-d "{\"rows\": [{\"a\": \"x\\\"y\"}]}"')


def test_an_empty_row():
    assert "row = {}" in python("http://127.0.0.1:1/", {})


def test_no_level_can_end_the_text_of_a_command():
    hostile = "it's %PATH% !x! ^ & | < > \" \\ é"
    row = {"a": hostile}
    shell = shlex.split(curl("http://127.0.0.1:1/", row, "linux"))
    assert json.loads(shell[-1]) == {"rows": [row]}
    windows = curl("http://127.0.0.1:1/", row, "win32").partition(' -d "')[2]
    assert not set("%!^&|<>") & set(windows)
    assert json.loads(re.sub(r'(\\*)\1\\"', r'\1"', windows[:-1])) == {"rows": [row]}
