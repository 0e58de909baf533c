"""Every documented way to run the template: folder, tag, archive, cruft, hooks refused."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import home
import pytest

from tests.generation.commands import (
    MANIFEST,
    UPDATE,
    Bake,
    Result,
    commit_all,
    contents,
    cookie,
    cruft,
    git,
    run,
    tree,
)
from tests.support.option_sets import DOCUMENTS

# Each of these runs the real command several times.
pytestmark = pytest.mark.slow

FILES = "{{cookiecutter.project_slug}}/.cookiecutter-k6/files"
HTTP = "tests/load/lib/http.js"
WRAPPER = "scripts/load-test.sh"


def release(template: Path, tag: str) -> None:
    """Publish a newer version of the template."""
    full = template / FILES / HTTP
    full.write_text(full.read_text() + f"// {tag}\n")
    (template / FILES / "tests/load/engine/version.txt").write_text(
        f"{tag.removeprefix('v')}.0.0\n"
    )
    commit_all(template, tag)
    git(template, "tag", tag)


def test_a_tag_of_a_repository_and_an_update_to_the_next(
    tmp_path: Path, template_repository: Path
) -> None:
    release(template_repository, "v2")
    address = f"git+file://{template_repository}"
    first = cookie(tmp_path, "--no-input", "-c", "v1", "auth=login", template=address)
    assert first.code == 0, first.err
    project = tmp_path / "my-service"
    assert "// v2" not in (project / HTTP).read_text()
    second = cookie(project, *UPDATE, "-c", "v2", template=address)
    assert "1 updated" in second.out or "2 updated" in second.out, second
    assert (project / HTTP).read_text().endswith("// v2\n")
    assert (project / "tests/load/lib/auth.js").is_file()


def test_a_zip_archive_restores_the_executable_bits(
    bake: Bake, tmp_path: Path, template: Path
) -> None:
    archive = tmp_path / "template.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("cookiecutter-k6-main/", "")
        for path in sorted(template.rglob("*")):
            name = f"cookiecutter-k6-main/{path.relative_to(template).as_posix()}"
            packed.writestr(
                name + "/" if path.is_dir() else name, b"" if path.is_dir() else path.read_bytes()
            )
    result = cookie(tmp_path, "--no-input", template=str(archive))
    assert result.code == 0, result.err
    project = tmp_path / "my-service"
    assert (project / WRAPPER).stat().st_mode & 0o111
    assert contents(project) == contents(bake(template))


def test_refused_hooks_leave_a_service_alone(tmp_path: Path) -> None:
    service = tmp_path / "my-service"
    service.mkdir()
    (service / "package.json").write_text("{}\n")
    result = cookie(tmp_path, "--no-input", "-f", "--accept-hooks", "no")
    assert result.code == 0
    assert sorted(path.name for path in service.iterdir()) == [".cookiecutter-k6", "package.json"]
    assert (service / "package.json").read_text() == "{}\n"
    assert "delete this folder" in (service / ".cookiecutter-k6/README.txt").read_text()
    again = cookie(tmp_path, "--no-input", "-f")
    assert again.code == 0, again.err
    assert not (service / ".cookiecutter-k6").exists()
    assert (service / HTTP).is_file()


def test_skip_if_file_exists_is_harmless(bake: Bake, template: Path) -> None:
    project = bake(template)
    full = template / FILES / HTTP
    full.write_text(full.read_text() + "// newer\n")
    result = cookie(project, *UPDATE, "-s", template=template)
    assert result.code == 0
    assert (project / HTTP).read_text().endswith("// newer\n")


def test_a_replay_gives_the_same_suite(tmp_path: Path) -> None:
    answers = ("auth=api-key", "backend_api_prefix=api")
    assert cookie(tmp_path, "--no-input", *answers).code == 0
    project = tmp_path / "my-service"
    before = tree(project)
    result = cookie(tmp_path, "-f", "--replay")
    assert "nothing to do" in result.out, result
    assert tree(project) == before


# --- cruft -------------------------------------------------------------------------------------


def test_cruft_creates_checks_diffs_and_updates(
    bake: Bake, tmp_path: Path, template_repository: Path
) -> None:
    answers = json.dumps({"auth": "login", "project_slug": "svc"})
    made = cruft(
        tmp_path, "create", str(template_repository), "--no-input", "--extra-context", answers
    )
    assert made.code == 0, made.err
    project = tmp_path / "svc"
    plain = bake(template_repository, auth="login", project_slug="svc")
    created = contents(project)
    del created[".cruft.json"]
    assert created == contents(plain)
    commit_all(project)
    assert cruft(project, "check").code == 0
    diff = cruft(project, "diff")
    assert "diff --git" not in diff.out
    release(template_repository, "v2")
    assert cruft(project, "check").code == 1
    (project / "tests/load/suite.env").write_text(
        "# ours\n" + (project / "tests/load/suite.env").read_text()
    )
    commit_all(project, "ours")
    updated = cruft(project, "update", "-y")
    assert updated.code == 0, updated.err
    assert (project / HTTP).read_text().endswith("// v2\n")
    assert (project / "tests/load/suite.env").read_text().startswith("# ours\n")
    assert not list(project.rglob("*.rej"))
    assert cruft(project, "check").code == 0
    # cookiecutter agrees with what cruft did.
    before = tree(project)
    assert "nothing to do" in cookie(project, *UPDATE, template=template_repository).out
    assert tree(project) == before


@pytest.mark.parametrize("place", ["beside", "absolute"])
def test_cruft_sees_no_difference_with_an_openapi_document(
    place: str, template_repository: Path, tmp_path: Path
) -> None:
    document = tmp_path / "api.json"
    shutil.copy(DOCUMENTS / "shop.json", document)
    answers = {"openapi_spec": "api.json" if place == "beside" else str(document)}
    context = ("--extra-context", json.dumps(answers))

    def run_cruft(folder: Path, *arguments: str) -> Result:
        # As a shell does, which cookiecutter's own folder says nothing about.
        command = [sys.executable, "-m", "cruft", *arguments]
        return run(command, folder, PWD=str(folder))

    made = run_cruft(tmp_path, "create", "-y", str(template_repository), *context)
    assert made.code == 0, made
    project = tmp_path / "my-service"
    commit_all(project)
    diff = run_cruft(project, "diff", "--exit-code")
    assert diff.code == 0, diff
    assert "diff --git" not in diff.out
    updated = cookie(project, *UPDATE, template=template_repository, PWD=str(project))
    assert "nothing to do" in updated.out


def test_cruft_takes_over_a_suite_that_cookiecutter_placed(
    bake: Bake, template_repository: Path
) -> None:
    project = bake(template_repository, project_slug="svc")
    answers = json.dumps({"project_slug": "svc"})
    linked = cruft(
        project, "link", str(template_repository), "--no-input", "--extra-context", answers
    )
    assert linked.code == 0, linked.err
    commit_all(project)
    assert cruft(project, "check").code == 0
    release(template_repository, "v2")
    assert cruft(project, "update", "-y").code == 0
    assert (project / HTTP).read_text().endswith("// v2\n")
    assert "nothing to do" in cookie(project, *UPDATE, template=template_repository).out


# --- surroundings --------------------------------------------------------------------------


def test_a_path_with_spaces_and_unicode_on_a_narrow_console(tmp_path: Path) -> None:
    folder = tmp_path / "my prøjects \N{ROCKET}"
    folder.mkdir()
    result = cookie(
        folder,
        "--no-input",
        "project_name=Grüße \N{ROCKET}",
        PYTHONIOENCODING="cp1252",
        PYTHONUTF8="0",
    )
    assert result.code == 0, result.err
    assert "added" in result.out
    result = cookie(folder / "grusse", *UPDATE, "auth=nonsense", PYTHONIOENCODING="cp1252")
    assert len(result.errors) == 1


def test_a_strict_umask_is_respected(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        assert cookie(tmp_path, "--no-input").code == 0
    finally:
        os.umask(old)
    project = tmp_path / "my-service"
    modes = {path.stat().st_mode & 0o777 for path in project.rglob("*") if path.is_file()}
    assert modes == {0o600, 0o700}
    assert (project / WRAPPER).stat().st_mode & 0o777 == 0o700


def test_a_stray_module_in_the_temporary_folder_is_not_imported(tmp_path: Path) -> None:
    stray = tmp_path / "tmp"
    stray.mkdir()
    for name in ("json", "re", "shutil", "socket", "placing", "hashlib"):
        (stray / f"{name}.py").write_text("raise SystemExit('a stray module was imported')\n")
    result = cookie(tmp_path, "--no-input", TMPDIR=str(stray))
    assert result.code == 0, result.err


def test_the_hooks_call_no_network_and_no_program_but_git(
    bake: Bake, tmp_path: Path, template: Path
) -> None:
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(
        "import os, sys\n"
        "NETWORK = ('socket.connect', 'socket.getaddrinfo', 'socket.sendto')\n"
        "def watch(event, arguments):\n"
        "    if not os.path.basename(sys.argv[0]).startswith('tmp'):\n"
        "        return  # cookiecutter itself, not a hook\n"
        "    program = arguments[0] if event == 'subprocess.Popen' else None\n"
        "    if event in NETWORK or event == 'os.system' or program not in (None, 'git'):\n"
        "        sys.stderr.write(f'FORBIDDEN {event}\\n')\n"
        "    if program == 'git':\n"
        "        sys.stderr.write('ALLOWED git\\n')\n"
        "sys.addaudithook(watch)\n"
    )
    project = bake(template)
    (project / HTTP).write_text("// ours\n")
    full = template / FILES / HTTP
    full.write_text(full.read_text() + "// newer\n")
    result = cookie(project, *UPDATE, template=template, PYTHONPATH=str(guard))
    assert result.code == 0
    assert "ALLOWED git" in result.err
    assert "FORBIDDEN" not in result.err


def test_a_generation_leaves_nothing_else_behind(tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    assert cookie(output, "--no-input").code == 0
    assert [path.name for path in output.iterdir()] == ["my-service"]
    top = {path.name for path in (output / "my-service").iterdir()}
    assert top == {".gitattributes", ".gitignore", "scripts", "tests"}
    shutil.rmtree(output)


def test_the_update_command_of_the_suite_is_the_one_that_works(bake: Bake) -> None:
    project = bake(project_slug="svc")
    command = f"cookiecutter {home.home()} {' '.join(UPDATE)}"
    readme = project / "tests/load/README.md"
    assert command in readme.read_text(encoding="utf-8")
    assert MANIFEST in command
