"""The record on disk: entries that are only ever added, and beside them what can be erased."""
