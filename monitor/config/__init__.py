"""The YAML that people edit: schema, loading with places, cross-checks."""
