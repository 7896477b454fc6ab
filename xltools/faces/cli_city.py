"""Commands about the city's summary itself: reminders, where a value came from, decisions to take along."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from xltools.faces.options import SOME_FOLDER, Command, help_option

SUMMARY = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.argument("file", type=SUMMARY, metavar="市级汇总.xlsx")
@click.option("-o", "--output", "folder", type=SOME_FOLDER, metavar="文件夹", help="放到哪个文件夹；默认是汇总旁边的“市级汇总-提醒”。")
@help_option
def remind(file: Path, folder: Path | None) -> int:
    """催报：给每个还有事要办的县（市、区）写一份提醒语，可直接发到群里。

    内容就是“报送情况”里的提醒语，末尾按今天算出已缺报几天。
    """
    from xltools.actions.remind import remind as run

    done = run(file, folder, datetime.now().date())
    for one in done:
        click.echo(f"【{one.county}】{one.path}\n{one.text}\n")
    click.echo(f"写了 {len(done)} 份提醒" if done else "没有要提醒的县（市、区）")
    return 0
