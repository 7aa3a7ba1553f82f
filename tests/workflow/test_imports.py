"""Commands import what they need when they are called, so that any module of the shell may be the first."""

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
import pipeline.workflow as shell

for module in pkgutil.iter_modules(shell.__path__, "pipeline.workflow."):
    for loaded in [name for name in sys.modules if name.startswith("pipeline.workflow")]:
        del sys.modules[loaded]
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        print(module.name, error)
"""


def test_any_module_of_the_shell_can_be_imported_first(root):
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, check=False, cwd=root, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("", "")
