from __future__ import annotations

import re

from mlops_desktop.serving.pages import all_routes, page

PAGES = {route.path: page(route).body.decode() for route in all_routes() if route.file}


def test_every_page_and_what_it_loads_is_served():
    assert {"/", "/docs", "/favicon.ico", "/static/app.js", "/static/charts.js", "/static/docs.js", "/static/style.css"} <= set(PAGES)
    for path in ("/", "/docs"):
        for link in re.findall(r'(?:src|href)="([^"#]+)"', PAGES[path]):
            assert f"/{link}" in PAGES or link in (".", "docs", "openapi.json"), link
    for script in ("app.js", "charts.js", "docs.js"):
        for link in re.findall(r'from "\./([^"]+)"', PAGES[f"/static/{script}"]):
            assert f"/static/{link}" in PAGES


def test_no_page_loads_from_another_host_or_breaks_its_own_policy():
    for path, text in PAGES.items():
        hosts = set(re.findall(r"https?://([^/\s\"'`]+)", text)) - {"www.w3.org"}
        assert not hosts, path
        assert "style=" not in text
        assert ".innerHTML" not in text
        assert not re.search(r"\son[a-z]+=", text)
        if path in ("/", "/docs"):
            assert "<script>" not in text
            assert "<style" not in text


def test_every_control_of_the_page_has_a_label():
    text = PAGES["/"]
    for control in re.findall(r"<(?:input|select)[^>]*id=\"([^\"]+)\"", text):
        assert f'for="{control}"' in text
    assert 'lang="en"' in text
