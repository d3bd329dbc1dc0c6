//! One `config.toml` → one checked `Config`: schema, loading, checking, explaining.
