"""OpenSearch 2.19.1 behind TLS of an authority of our own, with users and passwords."""

from pathlib import Path

from tests.servers import tls
from tests.servers.opensearch import OpenSearch, launch
from tests.servers.opensearch_home import Home, unpack
from tests.servers.ports import free_port

_USERS = """\
_meta: {{type: internalusers, config_version: 2}}
admin: {{hash: "{admin}", reserved: true, backend_roles: [admin]}}
nobody: {{hash: "{nobody}", reserved: false}}
archivist: {{hash: "{archivist}", reserved: false}}
"""
# What docs/how-to/archive.md says that an archive needs.
_ROLE = """
incidents_archive:
  reserved: false
  cluster_permissions: ["indices:data/write/bulk"]
  index_permissions:
    - index_patterns: ["incidents*"]
      allowed_actions: ["indices_all"]
"""
_MAPPING = """
incidents_archive:
  reserved: false
  users: ["archivist"]
"""
PASSWORD = "correct-Horse-7-battery"
# A user who may log in and read nothing: what a wrong role looks like.
POWERLESS = ("nobody", "power-Less-0-user")
# A user with the rights of `_ROLE` alone.
ARCHIVIST = ("archivist", "keeps-All-1-incident")


def _settings() -> dict[str, str | int]:
    files = {"pemcert": "server.pem", "pemkey": "server.key", "pemtrustedcas": "ca.pem"}
    pem = {
        f"plugins.security.ssl.{layer}.{kind}_filepath": f"tls/{name}"
        for layer in ("transport", "http")
        for kind, name in files.items()
    }
    return {
        **pem,
        "plugins.security.ssl.http.enabled": "true",
        "plugins.security.ssl.transport.enforce_hostname_verification": "false",
        "plugins.security.allow_default_init_securityindex": "true",
    }


def _configure(home: Home) -> Path:
    """Write certificates and users into the distribution's own configuration; give the authority."""
    security = home.folder / "config" / "opensearch-security"
    passwords = {"admin": PASSWORD, "nobody": POWERLESS[1], "archivist": ARCHIVIST[1]}
    hashes = {user: tls.hash_password(password) for user, password in passwords.items()}
    (security / "internal_users.yml").write_text(_USERS.format(**hashes))
    for name, added in (("roles.yml", _ROLE), ("roles_mapping.yml", _MAPPING)):
        with (security / name).open("a") as file:
            file.write(added)
    return tls.make(home.folder / "config" / "tls").ca


def start_opensearch_secure(folder: Path) -> OpenSearch:
    """Start a secured single node; `.user`, `.password` and `.ca` let in; raise MissingError where absent."""
    home, port = unpack("secure"), free_port()
    node = OpenSearch("opensearch-secure", f"https://127.0.0.1:{port}", folder)
    node.home, node.user, node.password = home, "admin", PASSWORD
    node.ca = folder / "ca.pem"  # a copy: the node's own files go with it
    node.ca.write_bytes(_configure(home).read_bytes())
    ports: dict[str, str | int] = {"http.port": port, "transport.port": free_port()}
    return launch(node, home, "n1", {**ports, **_settings(), "discovery.type": "single-node"})
