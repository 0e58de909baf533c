"""JupyterLab with a password: a TypeScript application on its contents API, with XSRF cookies."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["FOLDER"])
FILES = FOLDER / "files"
for kind in ("CONFIG", "DATA", "RUNTIME"):
    os.environ[f"JUPYTER_{kind}_DIR"] = str(FOLDER / kind.lower())

from jupyter_server.auth import passwd  # noqa: E402
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager  # noqa: E402
from jupyterlab.labapp import LabApp  # noqa: E402

base = sqlite3.connect(FOLDER / "lab.sqlite3", isolation_level=None)
base.execute("create table if not exists made (path text)")


class Contents(AsyncLargeFileManager):
    """Files on the disk. Takes note of each that is created."""

    async def new(self, model: Any = None, path: str = "") -> Any:
        """Create a file, as the contents API does."""
        made = await super().new(model, path)
        base.execute("insert into made values (?)", (made["path"],))
        return made


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    (FILES / "There before.txt").write_text("There before\n", encoding="utf-8")
    LabApp.launch_instance(
        [
            "--allow-root",
            "--no-browser",
            f"--ServerApp.port={os.environ['PORT']}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={FILES}",
            f"--PasswordIdentityProvider.hashed_password={passwd(os.environ['PASSWORD'], 'sha1')}",
            "--PasswordIdentityProvider.password_required=True",
            "--ServerApp.contents_manager_class=__main__.Contents",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly",
        ]
    )
