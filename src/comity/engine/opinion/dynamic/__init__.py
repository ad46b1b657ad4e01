"""Where parties stand over time: one dynamic ordinal spatial model over all sessions."""
