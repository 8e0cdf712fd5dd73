"""The bodies of a draft's generated regions, a module for what belongs together."""
