"""A mail server and a translating machine on loopback, as real as they need to be: sockets, SMTP, HTTP."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from comity.settings import MailServer, TranslationServer


@dataclass
class Box:
    """What a mail server took, and where it is. refuse: addresses that it knows nobody for; wait: seconds a letter."""

    letters: list[EmailMessage] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    wait: float = 0.0
    server: MailServer | None = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return "550 5.1.1 nobody of this name here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        time.sleep(self.wait)
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@contextmanager
def mail_server(
    *, user: str = "", password: str = "", tls: ssl.SSLContext | None = None, **known: Any
) -> Iterator[Box]:
    """A mail server; with a context it offers TLS, and wants user and password."""
    box = Box(**known)

    def let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        wanted = LoginPassword(user.encode(), password.encode())
        return AuthResult(success=data == wanted, handled=False)

    options: dict[str, Any] = {}
    if tls is not None:
        options = {"authenticator": let_in, "auth_required": True, "tls_context": tls}
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    host, how = ("127.0.0.1", "never") if tls is None else ("localhost", "offered")
    box.server = MailServer(host, controller.port, user, password, how, "talks@example.org")  # type: ignore[arg-type]
    try:
        yield box
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of our own for localhost, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    place, secret = folder / "certificate.pem", folder / "key.pem"
    place.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(place, secret)
    return place, context


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass
class Machine:
    """What a translating machine was asked. answer: what it says instead of translating, with its status."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None
    wait: float = 0.0
    server: TranslationServer | None = None


@contextmanager
def machine(**known: Any) -> Iterator[Machine]:
    """A machine that puts the language before each text."""
    told = Machine(**known)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            told.asked.append({**sent, "path": self.path})
            time.sleep(told.wait)
            texts = [f"[{sent['target']}] {text}" for text in sent["q"]]
            status, body = told.answer or (200, json.dumps({"translatedText": texts}).encode())
            self.send_response(status)
            if status == 302:
                self.send_header("location", "http://127.0.0.1:1/translate")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{serving.server_port}"
    told.server = TranslationServer(url, "127.0.0.1", "a-key")
    try:
        yield told
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()
