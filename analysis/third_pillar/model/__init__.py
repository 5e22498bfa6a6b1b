"""Pure functions on arrays and frames: the rules of docs/methods.md, one module a rule."""
