from __future__ import annotations

import re

from mlops_desktop.serving.pages import page_of, page_paths


def test_every_page_and_what_it_asks_for_is_there():
    paths = page_paths()
    assert {"/", "/docs", "/favicon.ico", "/static/app.js", "/static/charts.js", "/static/docs.js", "/static/style.css"} <= set(paths)
    for path in ("/", "/docs"):
        for link in re.findall(r'(?:src|href)="([^"#]+)"', page_of(path).body.decode()):
            assert f"/{link}" in paths or link in (".", "docs", "openapi.json"), link
    for script in ("app.js", "charts.js", "docs.js"):
        for link in re.findall(r'from "\./([^"]+)"', page_of(f"/static/{script}").body.decode()):
            assert f"/static/{link}" in paths


def test_no_page_needs_another_host_or_breaks_its_own_policy():
    for path in page_paths():
        text = page_of(path).body.decode()
        hosts = set(re.findall(r"https?://([^/\s\"'`]+)", text)) - {"www.w3.org"}
        assert not hosts, path
        assert "style=" not in text
        assert ".innerHTML" not in text
        assert not re.search(r"\son[a-z]+=", text)
        if path in ("/", "/docs"):
            assert "<script>" not in text
            assert "<style" not in text


def test_every_control_of_the_page_has_a_label():
    text = page_of("/").body.decode()
    for control in re.findall(r"<(?:input|select)[^>]*id=\"([^\"]+)\"", text):
        assert f'for="{control}"' in text
    assert 'lang="en"' in text
