"""Playing board games: you against a player, or two players against each other."""
