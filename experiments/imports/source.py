"""The lines of a file: plain or gzip, UTF-8 with or without a mark, and nothing else.

A file in another encoding is refused rather than guessed at: a guess turns names into rubbish that
nobody notices.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _

from experiments.imports.problems import SHOWN, BadFile

LONGEST_LINE: Final = 4 * 1024 * 1024
"""Bytes. Longer than any row of text; a file without line ends must not fill the memory."""

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_MARK: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class Source:
    """A file that is read line by line, as often as needed; `line` is the number of the last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0
        self._raw: IO[bytes] | None = None
        try:
            self.size = path.stat().st_size
        except OSError as error:
            raise BadFile(
                _("There is no file %(path)s.") % {"path": path}, hint=_("Check the path.")
            ) from error
        if not path.is_file():
            raise BadFile(_("%(path)s is not a file.") % {"path": path})

    def sha256(self) -> str:
        """The hash of the file as it lies there, compressed or not."""
        with self.path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()

    @property
    def share(self) -> float:
        """How much of the file has been read, between 0 and 1."""
        if self._raw is None or self._raw.closed or not self.size:
            return 0.0
        return min(self._raw.tell() / self.size, 1.0)

    def lines(self) -> Iterator[str]:
        """Every line with its end.

        Raises:
            BadFile: Damaged compression, another encoding, NUL bytes, an endless line.
        """
        self.line = 0
        with self.path.open("rb") as raw:
            self._raw = raw
            for line in self._binary(raw):
                self.line += 1
                try:
                    text = line.decode("utf-8")
                except UnicodeDecodeError:
                    self._refuse_encoding()
                if "\0" in text:
                    raise self._nul()
                yield text

    def _binary(self, raw: IO[bytes]) -> Iterator[bytes]:
        head = raw.read(4)
        raw.seek(0)
        self._refuse_foreign(head)
        handle: IO[bytes] = gzip.GzipFile(fileobj=raw) if head.startswith(_GZIP) else raw  # type: ignore[assignment]
        try:
            first = self._next(handle)
            if first:
                yield first.removeprefix(_MARK)
            while line := self._next(handle):
                yield line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._torn() from error

    def _next(self, handle: IO[bytes]) -> bytes:
        line = handle.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise BadFile(
                _("Row %(row)s does not end within 4 MiB.") % {"row": self.line + 1},
                rows=[self.line + 1],
                hint=_("Rows must end with a line feed; save the file as CSV (UTF-8) again."),
            )
        return line

    def _refuse_foreign(self, head: bytes) -> None:
        if not head:
            raise BadFile(
                _("The file is empty."), hint=_("Export it again and look at its size first.")
            )
        if head.startswith(_ZIP):
            raise BadFile(
                _("This is a ZIP archive or an Excel workbook, not a text file."),
                hint=_("Save the sheet as “CSV UTF-8”, or unpack the archive."),
            )
        if head.startswith(_UTF16):
            raise BadFile(
                _("The file is in UTF-16 from row 1 on."), rows=[1], hint=_remedy("UTF-16")
            )

    def _nul(self) -> BadFile:
        return BadFile(
            _("Row %(row)s contains NUL bytes: this is not text, or UTF-16 without a mark.")
            % {"row": self.line},
            rows=[self.line],
            hint=_remedy("UTF-16"),
        )

    def _torn(self) -> BadFile:
        return BadFile(
            _("The compressed file is cut off or damaged after row %(row)s.") % {"row": self.line},
            rows=[self.line],
            hint=_("Copy or download it again; `gzip -t FILE` must say nothing."),
        )

    def _refuse_encoding(self) -> None:
        """Look at all lines, so that the message can tell one encoding from a mixture."""
        wrong, proper = [], 0
        with self.path.open("rb") as raw:
            for number, other in enumerate(self._binary(raw), start=1):
                if other.isascii():
                    continue
                if _is_utf8(other):
                    proper += 1
                else:
                    wrong.append(number)
        rows = ", ".join(map(str, wrong[:SHOWN])) + (" …" if len(wrong) > SHOWN else "")
        values = {"n": f"{len(wrong):,}", "rows": rows, "proper": f"{proper:,}"}
        if proper:
            raise BadFile(
                _(
                    "The file mixes encodings: %(proper)s rows are UTF-8, %(n)s are not"
                    " (rows %(rows)s)."
                )
                % values,
                rows=wrong[:SHOWN],
                hint=_("Export it again as UTF-8 from where it comes; parts were put together."),
            )
        raise BadFile(
            _("The file is not UTF-8: rows %(rows)s (%(n)s in all) hold other bytes.") % values,
            rows=wrong[:SHOWN],
            hint=_remedy("GB18030"),
        )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _remedy(encoding: str) -> str:
    return _("Convert it: `iconv -f %(encoding)s -t UTF-8 FILE > NEW` (name its encoding).") % {
        "encoding": encoding
    }
