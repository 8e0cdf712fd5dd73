"""The environment of a pytest that a test runs: of all installed plugins those alone that we use, for all take a second."""

BARE = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_PLUGINS": "xdist.plugin,pytest_reportlog.plugin",
}
