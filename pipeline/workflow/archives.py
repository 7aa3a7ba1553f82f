"""A ZIP file that anybody may have made: damaged, locked by a password or a bomb, it is one sentence."""

import zipfile
from io import BytesIO

from pipeline.errors import Fault, FormatError
from pipeline.records import bounds


class Archive:
    """The files of a ZIP file; each is unpacked when it is asked for."""

    def __init__(self, data: bytes, *, file: str, remedy: str) -> None:
        """Open it.

        Args:
            data: the ZIP file.
            file: its path, for messages.
            remedy: what to do where it cannot be read.

        Raises:
            FormatError: it is damaged, or unpacks to more than it may.
        """
        self._file, self._remedy = file, remedy
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
        except Exception as error:
            raise self.fault(f"this archive is damaged ({error})") from error
        most = bounds.unpacked(len(data))
        if sum(entry.file_size for entry in self._archive.infolist()) > most:
            raise self.fault(f"this archive unpacks to more than {most:,} bytes")

    @property
    def names(self) -> tuple[str, ...]:
        """Name its files."""
        return tuple(self._archive.namelist())

    def read(self, name: str) -> bytes:
        """Unpack a file.

        Raises:
            FormatError: it is not there, damaged, or packed in a way that is not known or needs a password.
        """
        try:
            return self._archive.read(name)
        except Exception as error:
            why = str(error) or type(error).__name__
            raise self.fault(f"{name!r} cannot be read from this archive ({why})") from error

    def fault(self, what: str) -> FormatError:
        """Say what is wrong with it."""
        return FormatError(Fault(what=what, file=self._file, remedy=self._remedy))
