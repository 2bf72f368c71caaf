#!/usr/bin/env bash
# Runs a command with a message bus of its own and a throw-away, unlocked keyring on it; both end with the command. Needs dbus and gnome-keyring.
#   build/with-keyring.sh COMMAND [ARGUMENT…]
set -euo pipefail
home=$(mktemp -d)
mkdir -m 700 "$home/run"
trap 'rm -rf "$home"' EXIT
export XDG_DATA_HOME="$home/data" XDG_RUNTIME_DIR="$home/run"
# shellcheck disable=SC2016 # the inner shell expands these
dbus-run-session -- bash -c '
  printf "%s" "for this run only" | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
  daemon=$!
  is_there() {
    dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
      org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q true
  }
  for _ in {1..100}; do is_there && break; sleep 0.05; done
  result=0
  "$@" || result=$?
  kill "$daemon" 2>/dev/null || true
  wait "$daemon" 2>/dev/null || true
  exit "$result"
' with-keyring "$@"
