"""One function a figure: draws what it is given, knows no files and no findings."""
