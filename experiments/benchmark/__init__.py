"""Our speed beside what its users have today: one file a comparison, all measured in one run."""
