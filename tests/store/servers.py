"""A PostgreSQL server of the tests' own, from the binaries that are installed; gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

#: Newest first.
PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name or 0))
#: Whoever the server runs as when the tests run as root, which it refuses.
SERVANTS = ("postgres", "nobody")


def missing() -> str | None:
    """Why no server can be started here; None when one can."""
    if binaries() is None:
        return "PostgreSQL's server binaries are not installed"
    if os.geteuid() == 0 and servant() is None:
        return "PostgreSQL does not run as root and there is no other user"
    return None


def binaries() -> Path | None:
    found = [place for place in PLACES if (place / "initdb").exists() and (place / "postgres").exists()]
    on_path = shutil.which("initdb")
    return found[0] if found else None if on_path is None else Path(on_path).resolve().parent


def servant() -> pwd.struct_passwd | None:
    for name in SERVANTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


@dataclass
class Server:
    """A running server. `stop` and `start` are a restart of it; `end` leaves nothing."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def begun(cls) -> Server:
        """Make a cluster in a temporary folder and start it."""
        folder = Path(tempfile.mkdtemp(prefix="guichet-pg-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = cls(folder=folder, port=port)
        if (user := server._user()) is not None:
            shutil.chown(folder, user)
        server._run("initdb", "-D", "data", "-U", "guichet", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        server.start()
        return server

    def start(self) -> None:
        place = binaries()
        assert place is not None
        # No power cut is tested here, and a kill does not need the disk.
        options = {
            "fsync": "off",
            "full_page_writes": "off",
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
        }
        self.process = subprocess.Popen(
            [place / "postgres", "-D", "data", *(f"--{name}={value}" for name, value in options.items())],
            cwd=self.folder,
            user=self._user(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=1).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start")

    def stop(self) -> None:
        """At once, in the middle of whatever its clients do."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str) -> str:
        return f"postgresql://guichet@127.0.0.1:{self.port}/{database}"

    def fresh(self, name: str) -> str:
        """The address of an empty database."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.address(name)

    def dump(self, database: str) -> bytes:
        """A backup as operators make it."""
        return self._tool("pg_dump", "-Fc", "-d", self.address(database))

    def restore(self, database: str, dumped: bytes) -> None:
        """Take everything back, the tables of now being dropped."""
        self._tool("pg_restore", "--clean", "--if-exists", "-d", self.address(database), given=dumped)

    def _tool(self, name: str, *arguments: str, given: bytes = b"") -> bytes:
        place = binaries()
        assert place is not None
        return subprocess.run([place / name, *arguments], input=given, capture_output=True, check=True).stdout

    def _user(self) -> str | None:
        found = servant()
        return found.pw_name if os.geteuid() == 0 and found is not None else None

    def _run(self, program: str, *arguments: str) -> None:
        place = binaries()
        assert place is not None
        subprocess.run(
            [place / program, *arguments], cwd=self.folder, user=self._user(), check=True, capture_output=True
        )
