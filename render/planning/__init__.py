"""clips × looks → a plan: everything that will run, decided before anything does."""
