"""Types and closed lists every other layer speaks in; no files, no network."""
