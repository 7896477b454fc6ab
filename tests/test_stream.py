"""What is printed reaches a terminal or a file that does not know every sign: Chinese Windows writes GBK into files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.county_files import county_file, enterprise

ROOT = Path(__file__).parent.parent
RARE = "三门峡\U0002b4e7\u4dae水泥有限公司"     # with two characters that GBK does not have


def printed(encoding: str, *arguments: str) -> str:
    """What a run of its own prints into a pipe of this encoding; it finds problems, and does not fail."""
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    ran = subprocess.run([sys.executable, "-m", "xltools", *arguments], capture_output=True, cwd=ROOT, env=environment, check=False)
    assert ran.returncode == 1, ran.stderr.decode(encoding)
    return ran.stdout.decode(encoding)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    county_file(folder, "灵宝市", [enterprise(0, capacity=RARE)])
    return folder


def test_signs_that_gbk_does_not_have_are_written_as_what_is_alike(inbox: Path) -> None:
    assert "  × 错误 E203 【排查清单】K5 “产能”填了“三门峡<U+2B4E7><U+4DAE>水泥有限公司”" in printed("gbk", "check", str(inbox))
    assert f"  ✗ 错误 E203 【排查清单】K5 “产能”填了“{RARE}”" in printed("utf-8", "check", str(inbox))
    assert "要求“不高于0.2 mg/m3”" in printed("gbk", "grade", "workbooks/核查表")
    assert "要求“不高于0.2 mg/m³”" in printed("utf-8", "grade", "workbooks/核查表")


def test_json_says_the_same_in_every_encoding(inbox: Path) -> None:
    whole = json.loads(printed("utf-8", "check", str(inbox), "--json"))
    assert whole["findings"]
    assert json.loads(printed("gbk", "check", str(inbox), "--json")) == whole


def test_what_is_wrong_with_the_command_is_said_too(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "gbk"}
    ran = subprocess.run([sys.executable, "-m", "xltools", "check", str(tmp_path / RARE)], capture_output=True, env=environment, cwd=ROOT, check=False)
    assert "<U+4DAE>水泥有限公司”这个文件或文件夹" in ran.stderr.decode("gbk")
