"""Slates: a few statements that represent everybody, and a certificate of whom they leave out."""
