"""The database: tables, units of work and one repository module per concern (the only SQLAlchemy import)."""
