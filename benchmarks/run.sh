#!/bin/sh
# `make bench`: everything in benchmarks/, with red-dwarf in an environment of its own. `QUICK=--quick make bench` takes minutes.
set -eu
cd "$(dirname "$0")/.."
peer=.bench/red-dwarf
if [ ! -e "$peer/.installed" ] || [ benchmarks/red-dwarf.txt -nt "$peer/.installed" ]; then
  "${PYTHON:-python3}" -m venv "$peer"
  "$peer/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r benchmarks/red-dwarf.txt
  touch "$peer/.installed"
fi
peer=.bench/power
if [ ! -e "$peer/.installed" ] || [ benchmarks/power-peers.txt -nt "$peer/.installed" ]; then
  "${PYTHON:-python3}" -m venv "$peer"
  "$peer/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r benchmarks/power-peers.txt
  touch "$peer/.installed"
fi
for name in classic held_out groups common_ground invariance speed growth reading power; do
  printf '\n## %s\n\n' "$name"
  .venv/bin/python "benchmarks/$name.py" ${QUICK:-}
done
