// Seed file: its owner replaces it.
