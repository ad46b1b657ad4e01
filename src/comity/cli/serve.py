"""`comity serve`: the site, on this machine, until it is stopped."""

from __future__ import annotations

import copyreg
import gc
import logging
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from comity.assemble import pages_of, set_up_key, site_of
from comity.cli.talk import say
from comity.errors import Refused
from comity.settings import settings_from

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from comity.findings.findings import Findings
    from comity.findings.parameters import Parameters
    from comity.record.consultation import Consultation

PORT = 8000
log = logging.getLogger("comity.web")


def serve(*, port: int = PORT, host: str = "127.0.0.1", workers: int = 1, log: str = "warning") -> None:
    """Serve the site; COMITY_DATABASE_URL says where its data are (a file comity.db here, if nothing else).

    Parameters
    ----------
    port
        Where it listens; 0 takes any that is free.
    host
        The address it listens on. Leave it as it is behind a reverse proxy on the same machine.
    workers
        Processes that serve. One is enough for SQLite; PostgreSQL can use one for each core.
    log
        How much is said on stderr: 'error', 'warning', 'info' or 'debug'.
    """
    import socket

    import uvicorn

    if log not in ("error", "warning", "info", "debug"):
        raise Refused("bad-setting", f"--log is {log!r}; it is error, warning, info or debug")
    settings_from(os.environ)
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)  # whoever comes at once waits a moment and is not turned away
    except OSError as error:
        raise Refused(
            "port-taken",
            f"port {port} of {host} cannot be used ({error.strerror}); choose another with --port",
        ) from None
    _announce(listening, host)
    config = uvicorn.Config(
        "comity.cli.serve:application",
        factory=True,
        workers=workers,
        log_level=log,
        access_log=log in ("info", "debug"),
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    if workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[listening]).run()
    else:
        uvicorn.Server(config).run(sockets=[listening])


def _announce(listening: Any, host: str) -> None:
    """Say where the site is, before anybody waits for it; and the link for setting up where it needs one."""
    port = listening.getsockname()[1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    site = site_of(settings_from(os.environ))
    try:
        key = set_up_key(site)
    finally:
        site.close()
    print(address, flush=True)
    if site.settings.set_up == "link":
        say(f"consultations are set up by whoever comes by this link: {address}set-up?key={key}")
    say("stop it with Ctrl-C")


def application() -> ASGIApp:
    """The site as an ASGI application, for `comity serve` and for any other server: one a process."""
    _let_mappings_travel()
    pool = Computing()
    site = site_of(settings_from(os.environ), findings_of, pool)

    def stop() -> None:
        pool.end()
        site.close()
        gc.collect()  # the pool's semaphores go with it: a server that ends by a signal tidies up nothing later

    return pages_of(site, stop)


class Computing(Executor):
    """A process of its own for what takes long; where it died (of want of memory, say), the next one starts another."""

    def __init__(self) -> None:
        self._change, self._ended = Lock(), False
        self._pool = self._started()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        with self._change:
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                if self._ended:
                    raise
                log.warning("the process that computes findings died; another one is started")
                self._pool = self._started()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def end(self) -> None:
        """At once, whatever is being computed: whoever waited for it has gone."""
        import multiprocessing

        self._ended = True
        for process in multiprocessing.active_children():
            process.terminate()
        self.shutdown(cancel_futures=True)

    @staticmethod
    def _started() -> ProcessPoolExecutor:
        import multiprocessing

        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_yield_to_people)


def findings_of(consultation: Consultation, parameters: Parameters) -> Findings:
    """The findings, in the process that computes them: the one that serves never loads what computing needs."""
    from comity.findings.compute import findings_of as computed

    return computed(consultation, parameters)


def _yield_to_people() -> None:
    """Computing findings gives way to answering people; Ctrl-C is for who serves, and it tells this process to end."""
    os.nice(10)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _let_mappings_travel()


def _let_mappings_travel() -> None:
    """Read-only mappings go from process to process as what they hold."""
    copyreg.pickle(MappingProxyType, _as_mapping)


def _as_mapping(value: MappingProxyType[Any, Any]) -> tuple[Any, tuple[dict[Any, Any]]]:
    return _read_only, (dict(value),)


def _read_only(value: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(value)
