#!/bin/sh
# What the tests need from Debian: a browser, and fonts for six languages.
# Says what it installs; does nothing where everything is there; where it cannot install, the tests say what is missing.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
if command -v dpkg >/dev/null 2>&1; then
    for package in fonts-noto-core fonts-noto-cjk; do
        dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
    done
fi
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing from Debian:$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
    echo "that failed; the tests that need them will fail and say so:$missing" >&2
else
    echo "the tests need these Debian packages, install them first:$missing" >&2
fi
