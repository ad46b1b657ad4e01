"""Servers of others that a site speaks to, and only where whoever runs it names one: mail, machine translation."""
