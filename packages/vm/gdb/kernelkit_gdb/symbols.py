"""Symbols of programs and their libraries, at the addresses of one process."""
import os
import struct

import gdb

from .elf import SHT_SYMTAB, sections

PAGE = 4096


def use_debuginfod():
    """gdb asks before its first download, and takes no for the answer where it is not to ask: with `set confirm off`, and in batch mode."""
    if os.environ.get("DEBUGINFOD_URLS"):
        try:
            gdb.execute("set debuginfod enabled on")
        except gdb.error:
            pass  # Before gdb 12, or built without it.


def program_headers(path):
    """(offset, address) of each segment that is loaded."""
    with open(path, "rb") as file:
        head = file.read(64)
        if len(head) < 52 or head[:4] != b"\x7fELF" or head[5] != 1:
            return []
        wide = head[4] == 2
        at = struct.unpack_from("<Q" if wide else "<I", head, 32 if wide else 28)[0]
        size, count = struct.unpack_from("<HH", head, 54 if wide else 42)
        file.seek(at)
        table = file.read(size * count)
    loaded = []
    if size < (56 if wide else 32):
        return []
    for index in range(len(table) // size):
        if wide:
            kind, _flags, offset, address = struct.unpack_from("<IIQQ", table, index * size)
        else:
            kind, offset, address = struct.unpack_from("<III", table, index * size)
        if kind == 1:
            loaded.append((offset, address))
    return loaded


def bias_of(path, mapping):
    """How far the file was moved, seen from one of its mappings."""
    for offset, address in program_headers(path):
        if offset & ~(PAGE - 1) == mapping.offset:
            return mapping.start - (address & ~(PAGE - 1))
    return None


def has_debug_file(path):
    """gdb found its debug information in a file of its own."""
    owners = [objfile.owner.filename for objfile in gdb.objfiles() if objfile.owner is not None]
    return any(owner is not None and os.path.realpath(owner) == os.path.realpath(path) for owner in owners)


class UserSymbols:
    def __init__(self, mappings, files):
        self.mappings = mappings
        self.files = files
        self.mm = None
        self.loaded = []

    def load(self, task):
        """Exchanges what is loaded for that of a task; does nothing when it is there already."""
        if task.mm == 0 or task.mm == self.mm:
            return
        self.unload()
        self.mm = task.mm
        seen = set()
        missing = []
        for mapping in self.mappings.of(task):
            # VM_EXEC, include/linux/mm.h.
            if mapping.path is None or not mapping.flags & 4 or mapping.path in seen:
                continue
            seen.add(mapping.path)
            path = self.files.on_host(mapping.path)
            bias = None if path is None else bias_of(path, mapping)
            if bias is None:
                missing.append(mapping.path)
                continue
            self._add(path, bias, mapping.path)
        names = ", ".join(os.path.basename(name) for _, _, name in self.loaded)
        print("symbols of %s (%d): %s" % (task.comm, task.pid, names or "none"))
        for path in missing:
            print("  no file for %s" % path)

    def _add(self, path, bias, name):
        try:
            gdb.execute("add-symbol-file %s -o 0x%x" % (quoted(path), bias), to_string=True)
        except gdb.error as error:
            print("  %s: %s" % (name, error))
            return
        # Of the program itself: libraries of distributions never have any.
        parts = [] if self.loaded else sections(path)
        if parts and not (any(part.name in (".debug_info", ".zdebug_info") for part in parts) or has_debug_file(path)):
            whole = any(part.kind == SHT_SYMTAB for part in parts)
            print("  %s %s" % (name, "has no debug information: functions only" if whole else "is stripped: only what it exports has a name"))
        self.loaded.append((path, bias, name))

    def unload(self):
        for path, _bias, _name in self.loaded:
            for objfile in gdb.objfiles():
                if objfile.filename is not None and os.path.realpath(objfile.filename) == os.path.realpath(path):
                    try:
                        gdb.execute("remove-symbol-file %s" % quoted(path), to_string=True)
                    except gdb.error:
                        pass
                    break
        self.loaded = []
        self.mm = None


def quoted(path):
    return '"%s"' % path.replace("\\", "\\\\").replace('"', '\\"')
