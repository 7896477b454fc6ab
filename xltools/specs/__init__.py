"""Forms and policies as data: TOML and CSV, each item with its source clause."""
