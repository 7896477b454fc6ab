"""One module per verb; the only place where rules and books meet."""
