"""From a consultation to every published number. Pure: the same consultation, the same findings."""
