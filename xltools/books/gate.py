"""A cheap look at a file before any parser: what it is by its content, and whether it is safe to open."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from copy import copy
from enum import Enum

from msgspec import Struct

from xltools.books.archive import contents, inside
from xltools.books.biff import is_locked
from xltools.books.decode import MARKS, NotTextError, decoded
from xltools.books.ole import SIGNATURE, Streams
from xltools.books.xml import DAMAGED, TOO_LARGE, MalformedError
from xltools.model.code import Code
from xltools.model.finding import Place, StopError

# A county's workbook of 2,000 rows is 0.4 MB, 4 MB inflated; a year of scanned pictures in it may reach some tens of MB.
MAX_FILE = 100 * 2**20
# Excel writes some hundred members at most; the directory of a zip can claim millions.
MAX_MEMBERS = 10_000
# 100,000 rows of 25 columns inflate to about 100 MB and take some five seconds.
MAX_PART = 100 * 2**20
MAX_INFLATED = 160 * 2**20
# Sheet XML shrinks 8 to 40 times; deflate can reach 1,000. Small parts may be as regular as they like.
MAX_RATIO = 200
RATIO_FROM = 8 * 2**20
CHUNK = 2**16
# A summary holds the forms of many counties: of what limits a county's form it may have this many times as much.
SUMMARY = 21

NO_WORKBOOK = "这不是电子表格文件，或者文件已损坏"
BAD_TEXT = "第 {line} 行附近有认不出的文字，可能是文字编码不对，或者文件没有下载完整"
# What else people rename to .xlsx, by its first bytes.
SIGNATURES = (
    (b"%PDF", "这是 PDF 文件，不是电子表格"),
    (b"\x89PNG", "这是图片，不是电子表格"),
    (b"\xff\xd8\xff", "这是图片，不是电子表格"),
    (b"GIF8", "这是图片，不是电子表格"),
    (b"\x09\x00\x04\x00", "这是很旧的 Excel 格式（4.0 及以前）"),
    (b"\x09\x02\x06\x00", "这是很旧的 Excel 格式（4.0 及以前）"),
    (b"\x09\x04\x06\x00", "这是很旧的 Excel 格式（4.0 及以前）"),
)
PACKED = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
# 100,000 rows of 25 columns are some 20 MB as text.
MAX_TEXT = 40 * 2**20
PAGE_HEAD = re.compile(r"<(?:!doctype\s+html|html|head|meta|body|table|style|div)\b", re.IGNORECASE)
MARKUP = re.compile(r"<[a-z!?]", re.IGNORECASE)
XML_BOOK = re.compile(r"<(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet")
MAIL_HEAD = re.compile(r"(?:MIME-Version|From|Content-Type|Subject|Date):", re.IGNORECASE)
TEXT_HEAD = 4_000
WORKBOOK_TYPES = re.compile(rb"spreadsheetml\.(sheet|template)\.main\+xml|ms-excel\.(sheet|template)\.macroEnabled\.main\+xml")
BINARY_TYPE = b"ms-excel.sheet.binary.macroEnabled.main"
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


class Kind(Enum):
    """How a workbook is stored, by content, whatever it is called."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"
    CSV = "csv"
    PAGE = "html"
    XML = "xml"


def refuse(name: str, reason: str) -> StopError:
    """The stop for a file that cannot be read; the reason completes the sentence “文件打不开：”."""
    return StopError(Code.UNREADABLE.at(Place(name), reason=reason))


def refuse_archive(package: Package) -> StopError:
    """The stop for an archive: its finding also keeps what lies in it, by which a county is known to have sent something."""
    members = package.members
    return StopError(Code.ARCHIVE.at(Place(package.name), reason=contents(members), inside=inside(members)))


class Package:
    """The members of a zip, inflated under a limit. Names are compared as Office does: without case, with either slash.

    room: how many times as much as a county's form it may hold. Raises StopError when the zip is broken, encrypted, ambiguous or
    expands beyond the limits.
    """

    def __init__(self, data: bytes, name: str, room: int = 1) -> None:
        self.name, self.room = name, room
        self.relations: dict[str, dict[str, tuple[str, str]]] = {}  # see `xlsx.relationships`
        self._left = MAX_INFLATED * room
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise refuse(name, TOO_LARGE)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
            raise refuse(name, DAMAGED) from error
        members = [item for item in self._zip.infolist() if not item.filename.endswith("/")]
        self._members = {_key(item.filename): item for item in members}
        if len(self._members) < len(members):
            twice = Counter(_key(item.filename) for item in members).most_common(1)[0][0]
            raise refuse(name, f"文件内部的“{twice}”出现了两次，无法判断以哪一份为准")

    def with_room(self, room: int) -> Package:
        """The same members, of which so many times as much is inflated."""
        other = copy(self)
        other.room, other._left = room, MAX_INFLATED * room
        return other

    @property
    def parts(self) -> list[str]:
        """Member names in lower case, sorted."""
        return sorted(self._members)

    @property
    def members(self) -> list[zipfile.ZipInfo]:
        """What the zip says of each member."""
        return list(self._members.values())

    def __contains__(self, part: object) -> bool:
        return isinstance(part, str) and _key(part) in self._members

    def chunks(self, part: str) -> Iterator[bytes]:
        """The bytes of a member, piece by piece. Raises StopError when it is not there, broken, or inflates too far."""
        item = self._members.get(_key(part))
        if item is None:
            raise refuse(self.name, DAMAGED)
        if item.flag_bits & 1:
            raise StopError(Code.PASSWORD.at(Place(self.name)))
        seen = 0
        try:
            with self._zip.open(item) as member:
                while chunk := member.read(CHUNK):
                    seen += len(chunk)
                    self._left -= len(chunk)
                    expanded = seen > RATIO_FROM and seen > MAX_RATIO * max(item.compress_size, 1)
                    if seen > MAX_PART * self.room or self._left < 0 or expanded:
                        raise refuse(self.name, TOO_LARGE)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise refuse(self.name, DAMAGED) from error

    def read(self, part: str) -> bytes:
        """All bytes of a member. The memory for them is taken at once: what grows piece by piece leaves holes as large as itself."""
        item, buffer = self._members.get(_key(part)), io.BytesIO()
        if item and (size := min(item.file_size, max(RATIO_FROM, MAX_RATIO * item.compress_size), MAX_PART * self.room)):
            buffer.seek(size - 1)
            buffer.write(b"\0")
            buffer.seek(0)
        buffer.writelines(self.chunks(part))
        buffer.truncate()
        return buffer.getvalue()

    def verify(self, part: str) -> None:
        """Raises StopError where a member is not there, broken, or inflates too far."""
        for _ in self.chunks(part):
            pass

    def size_and_crc(self, part: str) -> tuple[int, int]:
        """(inflated size, CRC) as the directory states them."""
        item = self._members[_key(part)]
        return item.file_size, item.CRC


def _key(member: str) -> str:
    return member.replace("\\", "/").lstrip("/").lower()


class Looked(Struct, frozen=True):
    """What a file is. data: the bytes of the workbook · package: the same opened, None where it is no zip."""

    data: bytes
    kind: Kind
    package: Package | None = None


def look(data: bytes, name: str, room: int = 1) -> Looked:
    """How this workbook is stored. room: see `Package`. Raises StopError with the reason when it is none or has a password."""
    if len(data) > MAX_FILE * room:
        raise refuse(name, f"文件超过 {MAX_FILE * room // 2**20} MB")
    if not data.strip(b"\0"):
        raise refuse(name, "文件内容全是空白，可能没有复制完成" if data else "文件是空的（0字节）")
    if data.startswith(PACKED):
        raise StopError(Code.ARCHIVE.at(Place(name), reason="这是压缩包，里面是什么看不到", inside=()))
    if data.startswith(b"PK"):
        package = Package(data, name, room)
        kind = _zip_kind(package)
        return Looked(data, kind, package.with_room(room))
    return Looked(data, _ole_kind(data, name) if data.startswith(SIGNATURE) else _text_kind(data, name))


def _zip_kind(package: Package) -> Kind:
    if "mimetype" in package:
        kind = package.read("mimetype").strip()
        if kind.startswith(ODS_TYPE):
            return _ods_unlocked(package)
        raise refuse(package.name, "这是文字处理或演示文件，不是电子表格")
    if "[content_types].xml" not in package:
        raise refuse_archive(package)
    types = package.read("[content_types].xml")
    if types.startswith((b"\xff\xfe", b"\xfe\xff")):
        types = types.decode("utf-16", "replace").encode()
    if WORKBOOK_TYPES.search(types):
        return Kind.XLSX
    if BINARY_TYPE in types:
        return Kind.XLSB
    if b"wordprocessingml" in types:
        raise refuse(package.name, "这是 Word 文件改了扩展名")
    if b"presentationml" in types:
        raise refuse(package.name, "这是 PowerPoint 文件改了扩展名")
    raise refuse(package.name, "这不是电子表格文件")


def _ods_unlocked(package: Package) -> Kind:
    manifest = package.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in package else b""
    if b"encryption-data" in manifest:  # no library that is long kept opens these; every program that makes them saves without
        raise refuse(package.name, "文件有打开密码，这种格式用 --password 也打不开，请报送人去掉密码")
    return Kind.ODS


def _ole_kind(data: bytes, name: str) -> Kind:
    try:
        streams = Streams(data).names
    except MalformedError as error:
        raise refuse(name, str(error)) from error
    if "EncryptedPackage" in streams:
        raise StopError(Code.PASSWORD.at(Place(name)))
    if {"Workbook", "Book", "WORKBOOK", "BOOK"} & set(streams):
        return _xls_unlocked(data, name)
    if "WordDocument" in streams:
        raise refuse(name, "这是 Word 文件改了扩展名")
    if "PowerPoint Document" in streams:
        raise refuse(name, "这是 PowerPoint 文件改了扩展名")
    raise refuse(name, "这不是电子表格文件")


def _xls_unlocked(data: bytes, name: str) -> Kind:
    try:
        locked = is_locked(data)
    except MalformedError as error:
        raise refuse(name, str(error)) from error
    if locked:
        raise StopError(Code.PASSWORD.at(Place(name)))
    return Kind.XLS


def _text_kind(data: bytes, name: str) -> Kind:
    for signature, reason in SIGNATURES:
        if data.startswith(signature):
            raise refuse(name, reason)
    if len(data) > MAX_TEXT:
        raise refuse(name, f"这是文本文件，超过 {MAX_TEXT // 2**20} MB" if b"\0" not in data[:TEXT_HEAD] else NO_WORKBOOK)
    head = _head(data)
    if MARKUP.match(head):
        return _markup_kind(head, name)
    try:
        decoded(data)
    except NotTextError as error:
        raise refuse(name, BAD_TEXT.format(line=error.line) if error.line else NO_WORKBOOK) from error
    if MAIL_HEAD.match(head):
        raise refuse(name, "这是单个文件网页（.mht）或邮件，不是电子表格")
    return Kind.CSV


def _head(data: bytes) -> str:
    """The beginning of a text, of which only plain ASCII matters here."""
    head = data[:TEXT_HEAD]
    wide = next((encoding for mark, encoding in MARKS if head.startswith(mark)), "utf-8")
    return head.decode(wide, "replace").lstrip("\ufeff \r\n\t")


def _markup_kind(head: str, name: str) -> Kind:
    if XML_BOOK.search(head):
        return Kind.XML
    if PAGE_HEAD.search(head):
        return Kind.PAGE
    raise refuse(name, "这是 XML 文件，不是电子表格")
