"""What a value costs in spored, beside what it costs in a bare relay."""
