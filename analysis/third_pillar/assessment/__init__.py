"""Where evidence and model meet: one case, assessed, from which every report is written."""
