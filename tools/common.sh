# Names shared by the helper scripts; sourced, never run.
# shellcheck shell=bash
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export HOME="${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"
CACHE="${TIMELINE_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/incident-timeline}"

# What is to be done at a script's end: a trap of its own would replace this one.
endings=()
at_exit() { # COMMAND
  endings+=("$1")
  trap 'for ending in "${endings[@]}"; do eval "$ending"; done' EXIT
}

# With TIMELINE_TIMES each script leaves there what it took; the summary of the tests tells it.
if [[ -n ${TIMELINE_TIMES-} && ${1-} != --part ]]; then
  at_exit 'echo "${0##*/} $SECONDS" >>"$TIMELINE_TIMES"'
fi

say() { printf '%s\n' "$*" >&2; }

# Every long download or build has an end: a hung registry must not hang the job.
limited() { timeout --foreground "$@"; }

npm_tools() { # FOLDER COMMAND...: what the lock says, into the folder
  local folder=$1; shift
  PATH="$CACHE/venv/node/bin:$PATH" limited 900 npm --prefix "$folder" "$@" --silent --no-audit --no-fund --ignore-scripts
}

# Two runs at once (a developer and CI on one machine) must not build into each other's folders.
locked() { # NAME COMMAND...
  local name=$1; shift
  mkdir -p "$CACHE"
  ( flock 9; "$@" ) 9>"$CACHE/.$name.lock"
}
