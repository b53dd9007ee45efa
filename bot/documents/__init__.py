"""What a person can take away: cards for a counter, pictures of steps, a pocket booklet, posters with a code."""
