"""undo 撤销: the city workbook as it was before the last merge; once more brings the merge back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from xltools.books.file import open_summary
from xltools.books.locks import held
from xltools.books.package import replace_file
from xltools.books.replace import BACKUP_FOLDER, back_up, backups, clean_up, holder, take_back
from xltools.model.code import Code
from xltools.model.finding import Place, StopError


class Undone(Struct, frozen=True):
    """restored: the backup whose content the workbook has now · kept: the backup of what it was until now, None when it was gone."""

    restored: Path
    kept: Path | None


def undo(path: Path, moment: datetime) -> Undone:
    """Give the workbook the content of its last backup; what it held becomes the last backup.

    Raises StopError when it is open elsewhere, when there is no backup, or none that can be read; nothing is changed then.
    """
    with held(path, moment):
        clean_up(path)
        if who := holder(path):
            raise StopError(Code.UNDO_OPEN.at(Place(path.name), file=path.name, holder=who))
        found = backups(path)
        if not found:
            raise StopError(Code.NO_BACKUP.at(Place(path.name), file=path.name, folder=BACKUP_FOLDER.format(stem=path.stem)))
        open_summary(found[-1])
        content = found[-1].read_bytes()
        kept = back_up(path, moment) if path.exists() else None
        try:
            replace_file(path, content)
        except PermissionError as refused:  # Windows does not let a file be replaced that a program has open
            if kept:
                take_back(kept)
            raise StopError(Code.UNDO_OPEN.at(Place(path.name), file=path.name, holder="其他程序")) from refused
        return Undone(found[-1], kept)
