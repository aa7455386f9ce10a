"""What we keep, and all SQL that keeps it, in SQLite or PostgreSQL alike."""
