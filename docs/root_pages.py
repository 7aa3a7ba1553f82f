"""What `mkdocs.yml` adds to the pages of docs/: the README as the first page, and the other pages of the root.

Their links are written for the root, where code hosts show them; here they lead to the same pages of the site.
"""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "CONTRIBUTING.md", "CHANGES.md": "CHANGES.md"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the root; called by MkDocs with its list of files."""
    root = Path(config.config_file_path).parent
    for source, page in PAGES.items():
        text = (root / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text.replace("](docs/", "](")))
    return files
