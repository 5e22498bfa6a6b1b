"""Evidence kit: can a country be the third pillar of a rare-earth network without China?"""

__version__ = "0.1.0"
