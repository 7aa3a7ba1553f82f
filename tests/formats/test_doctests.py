"""The examples in the docstrings hold."""

import doctest
import importlib
import pkgutil

import pytest

from pipeline import formats, records

MODULES = [
    f"{package.__name__}.{found.name}"
    for package in (formats, records)
    for found in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
