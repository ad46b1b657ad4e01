"""Other people's formats and ours. Only these files know how others write a vote."""
