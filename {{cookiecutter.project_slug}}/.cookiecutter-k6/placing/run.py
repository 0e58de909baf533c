"""One generation, from the staged template to the placed suite."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from typing import Any

from . import features, rendering, tree

STAGING = ".cookiecutter-k6"
LOCK = ".cookiecutter-k6.lock"
MANIFEST = "tests/load/.cookiecutter-k6.json"
VERSION_FILE = "tests/load/lib/version.txt"


def suite_files(
    staged: Mapping[str, bytes], answers: Mapping[str, Any], slug: str, update_command: str
) -> dict[str, tree.NewFile]:
    """Return the suite as this generation wants it: path -> file."""
    table = features.load_table()
    on = features.switched_on(table, answers)
    env = rendering.env_values(answers, slug)
    tokens = rendering.token_values(answers, slug, update_command)
    suite = {}
    for path in features.select(table, on, staged):
        content = rendering.render(path, staged[path], on, list(table), env, tokens)
        suite[path] = tree.NewFile(content, tree.runs(content))
    return suite


def finish(root: str) -> int:
    with open(os.path.join(root, LOCK, "run.json"), encoding="utf-8") as file:
        run = json.load(file)
    try:
        answers = run["answers"]
        slug = answers["project_slug"] if answers["project_slug"] != "." else run["name_slug"]
        command = f"cookiecutter {run['template_home']} --no-input -f --config-file {MANIFEST}"
        staged = tree.read_tree(os.path.join(root, STAGING, "files"))
        for path, new in suite_files(staged, answers, slug, command).items():
            full = os.path.join(root, path)
            if not os.path.lexists(full):
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "xb") as out:
                    out.write(new.content)
                if new.executable:
                    os.chmod(full, 0o755)
        manifest = os.path.join(root, MANIFEST)
        os.makedirs(os.path.dirname(manifest), exist_ok=True)
        with open(manifest, "w", encoding="utf-8") as out2:
            json.dump({"default_context": {**answers, "project_slug": "."}}, out2, indent=2)
            out2.write("\n")
    finally:
        shutil.rmtree(os.path.join(root, STAGING))
        shutil.rmtree(os.path.join(root, LOCK))
    return 0
