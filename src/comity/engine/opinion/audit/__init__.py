"""The equal-footing audit: who was heard, what rests on whom, what a few could turn, whose ballots are too alike."""
