"""Runs a command with a throw-away PostgreSQL: `python scripts/test_postgres.py [--fsync] -- COMMAND …`.

The cluster lives in a temporary folder, listens on a unix socket there and nowhere else, and goes when the
command ends. Never touches a cluster that exists. Without a server it says what was not run and ends with 0.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from debian import NotInstalledError, attempt, install, root_words

OLDEST = 15
START_SECONDS = 60
DATABASE = "licentia"
DEBIAN_CLUSTERS = Path("/etc/postgresql-common/createcluster.d")
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "60",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
}
UNSAFE = {"fsync": "off", "full_page_writes": "off"}


class NoServerError(Exception):
    """There is no PostgreSQL here and none could be installed."""


class BrokenServerError(Exception):
    """There is a server, and it does not start."""


# ---- the server's programs


def find_server() -> Path | None:
    """The folder of the newest server's programs, at least version 15; None when there is none."""
    debian = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    found = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    versions = {folder: _version(folder) for folder in found}
    usable = [folder for folder in found if versions[folder] >= OLDEST]
    return max(usable, key=lambda folder: versions[folder], default=None)


def _version(folder: Path) -> int:
    """The major version: `postgres (PostgreSQL) 15.8 (Debian …)` is 15."""
    try:
        return int(attempt([str(folder / "postgres"), "--version"]).stdout.split()[2].split(".")[0])
    except (OSError, ValueError, IndexError):
        return 0


def install_server() -> Path:
    """Installs Debian's package, as root or by a sudo that asks nothing; NoServerError says why not."""
    try:
        root = root_words("PostgreSQL server")
        print("PostgreSQL is not here; installing Debian's package", flush=True)
        with _no_default_cluster(root):
            install("postgresql", root)
    except NotInstalledError as problem:
        raise NoServerError(str(problem)) from None
    server = find_server()
    if server is None:
        raise NoServerError(f"Debian's PostgreSQL here is older than {OLDEST}")
    return server


@contextlib.contextmanager
def _no_default_cluster(root: list[str]) -> Iterator[None]:
    """While inside, Debian's package makes no cluster of its own, so nothing is left running."""
    note = DEBIAN_CLUSTERS / "licentia-tests.conf"
    text = "create_main_cluster = false\n"
    subprocess.run([*root, "mkdir", "-p", str(DEBIAN_CLUSTERS)], check=True)
    subprocess.run([*root, "tee", str(note)], input=text, text=True, stdout=subprocess.DEVNULL, check=True)
    try:
        yield
    finally:
        subprocess.run([*root, "rm", "-f", str(note)], check=True)


# ---- a cluster of our own


def server_account() -> dict[str, Any]:
    """How to start the server's programs: they refuse root, so root lends them another account."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise NoServerError("the server refuses to run as root, and there is no account 'postgres' or 'nobody'")


@contextlib.contextmanager
def cluster(server: Path, *, fsync: bool) -> Iterator[str]:
    """A running cluster with an empty database; yields its URL, and leaves nothing behind."""
    account = server_account()
    home = Path(tempfile.mkdtemp(prefix="licentia-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
    try:
        if account:
            os.chown(home, account["user"], account["group"])
        _make(server, home, account, sync=fsync)
        postmaster = _start(server, home, account, fsync=fsync)
        try:
            _wait(postmaster, home)
            yield f"postgresql://postgres@/{DATABASE}?host={home}"
        finally:
            postmaster.send_signal(signal.SIGQUIT)  # at once: nothing in it is needed again
            postmaster.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _make(server: Path, home: Path, account: dict[str, Any], *, sync: bool) -> None:
    words = [str(server / "initdb"), "-D", str(home / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    words += ["--no-instructions", *([] if sync else ["--no-sync"])]
    for locale in ("C.UTF-8", "C"):
        done = attempt([*words, f"--locale={locale}"], cwd=home, **account)
        if done.returncode == 0:
            return
        shutil.rmtree(home / "data", ignore_errors=True)
    raise BrokenServerError(f"initdb failed: {done.stderr.strip()}")


def _start(server: Path, home: Path, account: dict[str, Any], *, fsync: bool) -> subprocess.Popen[bytes]:
    settings = SETTINGS | {"unix_socket_directories": str(home)} | ({} if fsync else UNSAFE)
    words = [str(server / "postgres"), "-D", str(home / "data")]
    for name, value in settings.items():
        words += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        # A session of its own: Ctrl-C must reach the command first, and the server through us.
        return subprocess.Popen(words, cwd=home, stdout=log, stderr=log, start_new_session=True, **account)


def _wait(postmaster: subprocess.Popen[bytes], home: Path) -> None:
    """Returns when the server answers and the database is made."""
    until = time.monotonic() + START_SECONDS
    while postmaster.poll() is None and time.monotonic() < until:
        try:
            with psycopg.connect(f"host={home} user=postgres dbname=postgres", autocommit=True) as admin:
                admin.execute(f"CREATE DATABASE {DATABASE}")
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise BrokenServerError(f"the server did not start: {(home / 'log').read_text(errors='replace')[-500:].strip()}")


# ---- the command


STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(command: list[str], url: str) -> int:
    """The command's exit status; a signal sent to us is passed on to it."""
    child = subprocess.Popen(command, env=os.environ | {"LICENTIA_DATABASE_URL": url})

    def forward(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT or not os.isatty(0):  # a terminal has sent Ctrl-C to the child too
            child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in STOPS}
    try:
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def _stop(number: int, _frame: FrameType | None) -> None:
    """Ends us through the `finally` blocks that take the cluster away."""
    raise SystemExit(128 + number)


def main() -> int:
    """The command's exit status, or 0 with a notice when there is no server."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fsync", action="store_true", help="write through to the disk, as in real use")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    args = parser.parse_args()
    for number in STOPS:
        signal.signal(number, _stop)
    try:
        server = find_server() or install_server()
        with cluster(server, fsync=args.fsync) as url:
            return run(args.command, url)
    except NoServerError as problem:
        print(f"NOT tested on PostgreSQL, only on SQLite: {' '.join(args.command)}")
        print(f"Why: {problem}.")
        print(f"To test it: install PostgreSQL {OLDEST} or newer (Debian: apt-get install postgresql); repeat.")
        return 0
    except BrokenServerError as problem:
        print(f"PostgreSQL is here and cannot be used: {problem}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
