"""Accounts that are no people's: of bots, of forges, of build systems and of senders that nobody reads."""

from __future__ import annotations

import re

#: Mailboxes of systems, by the local part of an address.
_MAILBOX = re.compile(
    r"(?:no[._-]?reply|do[._-]?not[._-]?reply)(?:[._+-][^@]*)?|(?:mailer-daemon|postmaster|(?:[\w.+-]{0,60}[-_.])?(?:bot|robot)|ci|cicd|jenkins"
    r"|gitlab-ci|github-actions|argo-?cd|flux(?:cd)?|renovate|dependabot|buildbot|teamcity|project_\d+_bot\w{0,40}"
    r"|group_\d+_bot\w{0,40})(?:\+[^@]*)?",
    re.IGNORECASE,
)
#: Accounts of systems by their form alone; GitLab's tokens of projects and groups act under names of their own.
_FORM = re.compile(
    r".*\[bot\]|(?:project|group)_\d+_bot\w*|web-flow|github-actions", re.IGNORECASE | re.DOTALL
)
#: Names of systems, which a person might also be called among others.
_SYSTEM = re.compile(
    r"(?:.*[\s_-])?(?:bot|robot)|github(?:[ -]actions)?|gitlab(?:[ -]ci)?|gitea(?:[ -]actions)?|jenkins(?:[ -]ci)?|circle-?ci"
    r"|travis[ -]ci|teamcity|buildkite|drone|azure[ -]pipelines|argo-?cd(?:-.*)?|flux(?:cd)?(?:bot)?|renovate|dependabot"
    r"(?:-preview)?|mergify|bors|weblate|greenkeeper|snyk|copybara|pre-commit-ci|spinnaker|atlantis|slackbot|ci",
    re.IGNORECASE | re.DOTALL,
)


def is_machine(*names: str) -> bool:
    """Tell whether an account with these names and addresses is a bot's or a service's.

    One such address suffices; names must all be a system's. A private address of a forge
    (`1+ada@users.noreply.github.com`) is a person's.
    """
    mails = [name.strip() for name in names if "@" in name]
    plain = [name.strip() for name in names if name.strip() and "@" not in name]
    if any(_is_mailbox(mail) for mail in mails) or any(_FORM.fullmatch(name) for name in plain):
        return True
    return bool(plain) and all(_SYSTEM.fullmatch(name) for name in plain)


def _is_mailbox(mail: str) -> bool:
    local = mail.rpartition("@")[0]
    return bool(_MAILBOX.fullmatch(local) or local.lower().endswith("[bot]"))
