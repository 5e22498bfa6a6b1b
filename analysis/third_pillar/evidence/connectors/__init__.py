"""Living connections to public sources: fetched when asked, kept verbatim, proposed, never merged.

Nothing here asks a source, or is imported, unless `pillar data refresh` is called. The way of a
figure: `web` fetches and checks, `cache` keeps the bytes with hash, address and time, a module
a source turns them into one long table (`flows` for trade, `figures` for statistics), `proposals`
sets them beside the curated tables, and `acceptance` writes only what a person accepts.
"""
