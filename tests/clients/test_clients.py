"""Microsoft's own clients, unmodified, against `licentia serve --tls`: a whole scenario each, and the manual's scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from command_line import MAIN
from licentia.changes import apps, record
from licentia.importing.demo import demo_tenant
from world_store import OWNER

if TYPE_CHECKING:
    from database import Store

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
CLIENTS = PROJECT / ".clients"
PYTHON = CLIENTS / "venv" / "bin" / "python"
SCOPES = (
    "User.ReadWrite.All",
    "LicenseAssignment.ReadWrite.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Organization.Read.All",
)
SECONDS = 90.0
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Server:
    """A server with a demo tenant and a program: what a client needs of its surroundings."""

    surroundings: dict[str, str]

    def run(self, *words: str | Path, folder: Path | None = None) -> str:
        """What the client printed; fails with all of it when it ended with anything but 0."""
        done = subprocess.run(
            [str(word) for word in words],
            env=self.surroundings,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def server(store: Store) -> Iterator[Server]:
    """`licentia serve --tls` on a free port, with a program of the demo tenant."""
    if not PYTHON.exists():
        pytest.fail("NOT tested with Microsoft's clients: they are not there. Run scripts/clients.sh", pytrace=False)
    tenant = record.load_tenant(demo_tenant(300), OWNER, "Rehearsal")
    made = apps.create_app(tenant, "Client", OWNER, application=SCOPES)
    assert made.secret is not None
    child = store.start("-c", MAIN, "serve", "--tls", "--port", "0")
    try:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(6)]
        port = re.search(r"https://127\.0\.0\.1:(\d+)$", said[0].strip())
        ca = re.search(r"(/\S+ca\.pem)", said[5])
        assert port, said
        assert ca, said
        yield Server(
            {
                "PATH": os.pathsep.join((str(CLIENTS / "venv" / "bin"), os.environ["PATH"])),
                "SERVER": f"https://localhost:{port[1]}",
                "TENANT": made.app.tenant_guid,
                "CLIENT_ID": made.app.id,
                "CLIENT_SECRET": made.secret,
                **dict.fromkeys(
                    ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE"), ca[1]
                ),
            }
        )
    finally:
        child.kill()
        child.wait(SECONDS)
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                stream.close()


def node() -> str:
    """The machine's Node, or the one of PyPI."""
    return shutil.which("node") or str(CLIENTS / "venv" / "bin" / "node")


def in_clients(name: str, text: str) -> Path:
    """A script beside the clients' modules, where Node looks for them."""
    path = CLIENTS / "js" / name
    path.write_text(text)
    return path


def test_the_python_sdk_walks_through_it(server: Server) -> None:
    """msgraph-sdk: products, pages, licenses, batch, refusals, users, groups, delete and restore, delta and again."""
    assert server.run(PYTHON, HERE / "python_sdk.py").startswith("python: ")


def test_the_javascript_client_walks_through_it(server: Server) -> None:
    """@microsoft/microsoft-graph-client: products, pages, licenses, batch, refusals, delta."""
    script = in_clients("scenario.mjs", (HERE / "javascript.mjs").read_text())
    assert server.run(node(), script).startswith("javascript: ")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_manuals_scripts_work_as_they_are(server: Server, tmp_path: Path, language: str) -> None:
    """Each script of the page about clients is what a reader copies: it runs, and says who holds what."""
    page = (PROJECT / "docs" / f"graph.{language}.md").read_text()
    scripts = dict(re.findall(r"^```(python|javascript|sh)\n(.*?)^```$", page, re.S | re.M))
    assert set(scripts) == {"python", "javascript", "sh"}
    (tmp_path / "script.py").write_text(scripts["python"])
    (tmp_path / "script.sh").write_text(scripts["sh"])
    for said in (
        server.run(PYTHON, tmp_path / "script.py"),
        server.run(node(), in_clients(f"manual.{language}.mjs", scripts["javascript"])),
        server.run("sh", tmp_path / "script.sh"),
    ):
        assert "SPE_E3" in said
