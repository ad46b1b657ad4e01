"""What the page for administrators says is what happens: its own commands, run on a real site."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from comity.assemble import store_at

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "how-to" / "run-a-site.md").read_text(encoding="utf-8")
PROXY = {"Host": "talks.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


def block(holds: str) -> str:
    """The shell block of the page with these words."""
    (found,) = [text for text in re.findall(r"^```\n(.*?)^```", PAGE, flags=re.M | re.S) if holds in text]
    return str(found)


def run(script: str, folder: Path, **environment: str) -> str:
    """A block of the page, in this folder in place of the page's own."""
    script = script.replace("/var/lib/comity", str(folder)).replace("/var/backups", str(folder))
    script = script.replace("python3 ", f"{sys.executable} ").replace(
        "comity move", f"{sys.executable} -m comity move"
    )
    done = subprocess.run(
        ["sh", "-ec", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(folder: Path, url: str, **environment: str) -> Iterator[str]:
    """`comity serve`, as the page says."""
    with subprocess.Popen(
        [sys.executable, "-m", "comity", "serve", "--port", "0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "COMITY_DATABASE_URL": url, **environment},
    ) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=20)


def call(address: str, place: str, sent: object = None, **headers: str) -> tuple[Any, Any]:
    data = None if sent is None else json.dumps(sent).encode()
    request = urllib.request.Request(
        f"{address}api/{place}", data, {"content-type": "application/json", **headers}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read()), answer.headers


def test_back_up_restore_and_move_as_the_page_says(tmp_path: Path, postgres_url: str) -> None:
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    with serving(tmp_path, url) as address:
        new = {"title": "Rivers", "question": "What now?", "statements": ["One", "Two"], "joining": "open"}
        call(address, "consultations", new)
        me, _ = call(address, "consultations/rivers/members", {})
        bearer = {"Authorization": f"Bearer {me['token']}"}
        votes = "consultations/rivers/votes"
        call(address, votes, {"statement": "1", "answer": 1}, **bearer)
        run(block(".backup("), tmp_path)
        call(address, votes, {"statement": "2", "answer": -1}, **bearer)
    copy = tmp_path / f"comity-{datetime.now(UTC).astimezone():%F}.db"
    store = store_at(url)
    size = store.size("rivers")
    store.close()
    run(block("comity.db-wal").replace("comity-2026-05-03.db", copy.name), tmp_path)
    with serving(tmp_path, url) as address:
        mine, _ = call(address, votes, **bearer)
        assert [vote["statement"] for vote in mine] == ["1"]
        call(address, votes, {"statement": "2", "answer": 0}, **bearer)
        before, _ = call(address, "consultations/rivers/checkpoint")
    moved = run(
        block("comity move")
        .replace("createdb comity\n", "")
        .replace("postgresql://comity@localhost/comity", f"'{postgres_url}'"),
        tmp_path,
    )
    name, entries, _ = moved.split()
    assert (name, int(entries)) == ("rivers", size)
    with serving(tmp_path, postgres_url) as address:
        assert call(address, "consultations/rivers/checkpoint")[0] == before
        assert len(call(address, votes, **bearer)[0]) == 2
        assert call(address, votes, {"statement": "1", "answer": -1}, **bearer)[0]["index"] == size


def test_behind_a_proxy_links_cookies_and_headers_are_those_of_the_public_address(tmp_path: Path) -> None:
    assert all(f"proxy_set_header {name} " in PAGE for name in PROXY)
    with serving(tmp_path, "memory:", COMITY_SITE="talks.example.org", COMITY_SET_UP="anybody") as address:
        new = {"title": "Rivers", "question": "What now?"}
        made, headers = call(address, "consultations", new, **PROXY)
        assert made["link"].startswith("https://talks.example.org/me/")
        assert headers["strict-transport-security"]
        request = urllib.request.Request(f"{address}language/fr", headers=PROXY)
        opener = urllib.request.build_opener(NoRedirect())
        with opener.open(request, timeout=30) as answer:
            assert "secure" in answer.headers["set-cookie"].lower()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def http_error_303(self, _req: Any, found: Any, _code: int, _message: str, _headers: Any) -> Any:
        return found


def test_every_variable_of_the_page_is_a_setting_and_every_setting_is_on_the_page() -> None:
    source = (ROOT / "src" / "comity" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environment\.get\("(COMITY_\w+)"\)', source))
    told = set(re.findall(r"^\| `(COMITY_\w+)` \|", PAGE, flags=re.M))
    assert read == told
