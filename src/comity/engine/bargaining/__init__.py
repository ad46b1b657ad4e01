"""Packages that settle several issues at once: what is possible, what is best in which sense, and how sure that is."""
