"""The reading side: one published release, asked and drawn. `graph.Graph` is its one object."""
