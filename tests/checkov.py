"""Runs checkov over a workspace, and reports in the way of a compiler: file:line, what, why.

Usage: checkov.py CHECKOV WORKSPACE...

For each workspace it scans the modules alone, with the defaults of their variables, then every environment with the
modules its stacks call, with the values that the stacks give them. An environment is scanned on its own, since checkov
takes resources of the same address in two environments for one.

The exit code is 1 when a check fails, when a check is skipped without a reason beside the code, when a file cannot be
parsed, or when a module or environment was not seen at all.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

# What checkov writes where a skip gives no reason.
WITHOUT_REASON = "No comment provided"


@dataclass(frozen=True)
class Scan:
    """One run of checkov: what is scanned, and the folders of which something must be found."""

    name: str
    workspace: Path
    folders: tuple[str, ...]
    expected: frozenset[str]


@dataclass
class Outcome:
    """What a run of checkov came to."""

    summary: str
    problems: list[str]


def scans(workspace: Path) -> list[Scan]:
    """The scans of a workspace: its modules, then each environment with the modules."""
    modules = {f"modules/{folder.name}" for folder in (workspace / "modules").iterdir() if folder.is_dir()}
    found = [Scan(f"{workspace}: modules alone", workspace, ("modules",), frozenset(modules))]
    for specification in sorted(workspace.glob("environments/*/environment.hcl")):
        environment = specification.parent
        stacks = {
            f"environments/{environment.name}/{stack.name}"
            for stack in environment.iterdir()
            if any(stack.glob("*.tf"))
        }
        folders = ("modules", f"environments/{environment.name}")
        found.append(Scan(f"{workspace}: environment {environment.name}", workspace, folders, frozenset(stacks)))
    return found


def run(checkov: str, scan: Scan) -> Outcome:
    """Runs checkov over a copy of the scan's folders, where no configuration of checkov's lies."""
    with tempfile.TemporaryDirectory() as temporary:
        for folder in scan.folders:
            shutil.copytree(scan.workspace / folder, Path(temporary, folder))
        command = [checkov, "--framework", "terraform", "--skip-download", "--compact", "--output", "json"]
        environment = {**os.environ, "LOG_LEVEL": "ERROR"}
        process = subprocess.run(
            [*command, "--directory", "."], cwd=temporary, env=environment, capture_output=True, text=True, check=False
        )
    try:
        report = json.loads(process.stdout)
    except json.JSONDecodeError:
        return Outcome("no report", [f"checkov ended with {process.returncode}: {process.stderr.strip()}"])
    # Where there is nothing to check, the report is a bare summary.
    return judge(scan, report) if "results" in report else Outcome("nothing found", [f"there is nothing to check"])


def judge(scan: Scan, report: dict) -> Outcome:
    """Looks for everything that must not be in a report."""
    results, summary = report["results"], report["summary"]
    problems = [f"{file}: checkov cannot parse it" for file in results.get("parsing_errors", [])]
    for check in results["failed_checks"]:
        problems.append(f"{place(check)}: {check['check_id']} {check['check_name']}\n    on {check['resource']}")
    for check in results["skipped_checks"]:
        reason = (check["check_result"].get("suppress_comment") or "").strip()
        if reason in ("", WITHOUT_REASON):
            problems.append(f"{place(check)}: {check['check_id']} is skipped without a reason")
    checks = [check for key in ("passed_checks", "failed_checks", "skipped_checks") for check in results[key]]
    seen = {str(Path(file(check)).parent) for check in checks}
    # Every stack sets up a provider, which is a check of its own.
    problems += [f"{folder}: checkov found nothing to check in it" for folder in sorted(scan.expected - seen)]
    counted = f"{summary['passed']} passed, {summary['failed']} failed, {summary['skipped']} skipped with a reason"
    return Outcome(counted, problems)


def file(check: dict) -> str:
    """The file of a check, relative to the workspace."""
    return check["repo_file_path"].lstrip("/")


def place(check: dict) -> str:
    """Where a check looked, as file:line, with the call that leads there."""
    shown = f"{file(check)}:{check['file_line_range'][0]}"
    caller = check.get("caller_file_path")
    return f"{shown} (called from {caller.lstrip('/')}:{check['caller_file_line_range'][0]})" if caller else shown


def main(checkov: str, *workspaces: str) -> int:
    """Runs every scan, as many at once as there are processors, and prints what they came to."""
    planned = [scan for workspace in workspaces for scan in scans(Path(workspace))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda scan: run(checkov, scan), planned)
        failed = False
        for scan, outcome in zip(planned, outcomes):
            print(f"{scan.name}: {outcome.summary}", flush=True)
            for problem in outcome.problems:
                print(f"  {problem}", flush=True)
            failed = failed or bool(outcome.problems)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
