"""Evidence kit for the question whether a country can be the third pillar of a rare-earth network."""

__version__ = "0.1.0"
