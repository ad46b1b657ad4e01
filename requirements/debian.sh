#!/bin/sh
# What the tests need from Debian: a browser, fonts for six languages, and a PostgreSQL server where one is offered.
# Says what it installs; does nothing where everything is there; where it may not install, the tests say what is missing.
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
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "the tests need these Debian packages, install them first:$missing" >&2
fi
