"""Where the tracker lives on this machine."""

import os
from pathlib import Path

DATABASE = "tracker.db"
"""The file in the home folder that is the database, where none is configured."""


def default_home() -> Path:
    """The platform's folder for a user's data, or TRACKER_HOME."""
    if named := os.environ.get("TRACKER_HOME"):
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("gpu-tracker", appauthor=False)
