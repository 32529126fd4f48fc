"""What is read of ELF files without gdb."""
import collections
import struct

Section = collections.namedtuple("Section", "name kind flags address offset size")

SHF_ALLOC, SHT_SYMTAB, SHT_NOTE = 2, 2, 7
# Hundreds of times of what a module of the kernel has.
MOST_BYTES = 1 << 24


def sections(path):
    """All sections; none for a file that is not a little-endian ELF file."""
    with open(path, "rb") as file:
        head = file.read(64)
        if len(head) < 52 or head[:4] != b"\x7fELF" or head[5] != 1:
            return []
        wide = head[4] == 2
        at = struct.unpack_from("<Q" if wide else "<I", head, 40 if wide else 32)[0]
        size, count, names = struct.unpack_from("<HHH", head, 58 if wide else 46)
        file.seek(at)
        table = file.read(size * count)
        form = "<IIQQQQ" if wide else "<IIIIII"
        whole = size >= struct.calcsize(form)
        rows = [struct.unpack_from(form, table, index * size) for index in range(len(table) // size if whole else 0)]
        if names >= len(rows):
            return []
        file.seek(rows[names][4])
        text = file.read(min(rows[names][5], MOST_BYTES))
    return [Section(text[row[0] :].split(b"\0")[0].decode("latin1"), *row[1:]) for row in rows]


def build_id_in(notes):
    """The build id among notes, as hexadecimal text, or None."""
    at = 0
    while at + 12 <= len(notes):
        name, length, kind = struct.unpack_from("<III", notes, at)
        start = at + 12 + (name + 3 & ~3)
        # NT_GNU_BUILD_ID
        if kind == 3 and notes[at + 12 : at + 12 + name] == b"GNU\0":
            return notes[start : start + length].hex()
        at = start + (length + 3 & ~3)
    return None


def build_id(path):
    """The build id of a file, or None."""
    for section in sections(path):
        if section.kind == SHT_NOTE and section.name == ".note.gnu.build-id":
            with open(path, "rb") as file:
                file.seek(section.offset)
                return build_id_in(file.read(min(section.size, MOST_BYTES)))
    return None
