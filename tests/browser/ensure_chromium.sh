#!/bin/sh
# Makes sure a Chromium is at hand for the browser tests; says what to do where it cannot.
# PYTHON names the interpreter that holds playwright (default: .venv/bin/python).
set -u
python="${PYTHON:-.venv/bin/python}"

has_system_chromium() {
  command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1
}
has_own_chromium() {
  "$python" - <<'PY' >/dev/null 2>&1
import pathlib
from playwright.sync_api import sync_playwright
with sync_playwright() as play:
    raise SystemExit(not pathlib.Path(play.chromium.executable_path).exists())
PY
}

if has_system_chromium || has_own_chromium; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "browser tests: installing chromium with apt-get" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends chromium >/dev/null 2>&1 ||
    { apt-get update >/dev/null 2>&1 &&
      apt-get install -y --no-install-recommends chromium >/dev/null 2>&1; }
  has_system_chromium && exit 0
fi

echo "browser tests: downloading Playwright's Chromium" >&2
timeout 300 "$python" -m playwright install chromium >/dev/null 2>&1
has_own_chromium && exit 0

echo "browser tests need Chromium: install it with your system's packages (e.g. apt-get install chromium) or run: $python -m playwright install --with-deps chromium" >&2
exit 1
