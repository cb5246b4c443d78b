"""The commands of `tracker`, a file for each thing a person wants to do."""
