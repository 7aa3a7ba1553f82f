"""The examples in the docstrings hold, in every room."""

import doctest
import importlib
import pkgutil

import pytest

import pipeline

MODULES = [found.name for found in pkgutil.walk_packages(pipeline.__path__, "pipeline.")]


@pytest.mark.parametrize("name", [name for name in MODULES if name != "pipeline.__main__"])
def test_the_examples_of_a_module_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
