"""Symbols of the kernel's loaded modules, at the addresses that its list of modules says."""
import collections
import os
import re

import gdb

from .elf import SHF_ALLOC, build_id, build_id_in, sections
from .symbols import quoted

Module = collections.namedtuple("Module", "name address text places")

MOST_MODULES = 5000
MOST_SECTIONS = 500
# A build id is 20 bytes behind a head of 16; other notes are in sections of their own.
NOTE_BYTES = 36
COMING = 1  # MODULE_STATE_COMING, include/linux/module.h: only then its .init sections are there
# No code is there: an address that is not canonical, and the page above the fixed mappings.
NOWHERE_64, NOWHERE_32 = 0x8000000000000000, 0xFFFFF000
# Of a module's name: a dash of its file is an underscore in the kernel (scripts/Makefile.lib, name-fix-token).
PLAIN = re.compile(r"[A-Za-z0-9_]+\Z")
UNPLAIN = re.compile(r"[^A-Za-z0-9_]")


class Modules:
    def __init__(self, settings, memory):
        self.settings = settings
        self.memory = memory
        self.files = None
        self.loaded = {}
        self.head = None

    def are_known(self):
        return self.memory.symbol("modules") is not None and self.settings.offset("module.list") is not None

    def refresh(self):
        """On a stop: what was loaded into the kernel meanwhile. Its list grows at its head."""
        if not self.are_known():
            return
        head = self.memory.kernel(self.memory.symbol("modules"), 2 * self.settings.word)
        if head != self.head:
            self.load()

    def load(self):
        """Brings the symbols up to date; prints what changed and what is missing."""
        place = self.memory.symbol("modules")
        if place is None:
            raise gdb.GdbError("this kernel has no loadable modules")
        with self.memory.physical_mode():
            self.head = self.memory.kernel(place, 2 * self.settings.word)
            present = {module.address: module for module in self._all(place)}
        for address in [one for one in self.loaded if self.loaded[one][0] != present.get(one)]:
            self._remove(address)
        added, missing = [], []
        for module in present.values():
            if module.address in self.loaded:
                continue
            problem = self._add(module)
            if problem is None:
                added.append(module.name)
            else:
                missing.append("%s (%s)" % (module.name, problem))
        if added:
            print("symbols of modules: %s" % ", ".join(sorted(added)))
        if missing:
            print("no symbols of modules: %s" % ", ".join(missing))
        return list(present.values())

    def _all(self, head):
        need, word = self.settings.need, self.memory.kernel_word
        listed = need("module.list")
        at = word(head)
        for _ in range(MOST_MODULES):
            if at == head:
                return
            module = at - listed
            name = self.memory.text(self.memory.kernel, module + need("module.name"), 64).decode("latin1")
            # A guest can write there what a terminal would obey.
            name = UNPLAIN.sub("?", name)
            places = dict(self._places(module))
            state = int.from_bytes(self.memory.kernel(module + need("module.state"), 4), "little")
            if state != COMING:
                places = {section: place for section, place in places.items() if not section.startswith((".init", ".exit"))}
            text = places.get(".text", self._code(module))
            yield Module(name, module, text, tuple(sorted(places.items())))
            at = word(at)

    def _code(self, module):
        """Where its code begins, which is its first section: mem[MOD_TEXT] since 6.4."""
        memory = self.settings.offset("module.mem")
        if memory is not None:
            return self.memory.kernel_word(module + memory + self.settings.need("module_memory.base"))
        return self.memory.kernel_word(module + self.settings.need("module.core_layout.base"))

    def _places(self, module):
        """Name and address of each section, as /sys/module/NAME/sections has them (kernel/module/sysfs.c); nothing without KALLSYMS and SYSFS."""
        attributes = self.settings.offset("module.sect_attrs")
        group = 0 if attributes is None else self.memory.kernel_word(module + attributes)
        if group == 0:
            return
        need, word = self.settings.need, self.memory.kernel_word
        # The group is the first member of its structure.
        array = word(group + need("attribute_group.bin_attrs"))
        for index in range(MOST_SECTIONS):
            entry = word(array + index * self.settings.word)
            if entry == 0:
                return
            name = self.memory.text(self.memory.kernel, word(entry + need("bin_attribute.attr.name")), 256).decode("latin1")
            # Since 6.14 the address is in the attribute, before it was after it.
            yield name, word(entry + need("bin_attribute.private")) or word(entry + self.settings.size("bin_attribute"))

    def _file(self, name):
        """Paths of its files, those with debug information first."""
        if self.files is None:
            self.files = {}
            for directory in self.settings.modules:
                for root, _directories, names in os.walk(directory):
                    for one in names:
                        found = re.match(r"(.+)\.ko(\.debug|\.gz|\.xz|\.zst)?\Z", one)
                        if found is not None:
                            self.files.setdefault(found.group(1).replace("-", "_"), []).append(os.path.join(root, one))
        return self.files.get(name, [])

    def _add(self, module):
        """Why its symbols are not there, or None."""
        problem = "no file of it was found"
        for path in self._file(module.name) if PLAIN.match(module.name) else []:
            if not path.endswith((".ko", ".ko.debug")):
                problem = "%s is compressed" % path
                continue
            problem = self._add_file(module, path)
            if problem is None:
                return None
        return problem

    def _add_file(self, module, path):
        places = dict(module.places)
        note = places.get(".note.gnu.build-id")
        try:
            expected = None if note is None else build_id_in(self.memory.kernel(note, NOTE_BYTES))
            own = build_id(path)
            if expected is not None and own is not None and own != expected:
                return "%s is of another build: its build id is %s, the module's %s" % (path, own, expected)
            words = []
            # What is not in memory any more would be at address 0 for gdb, among the values of every null pointer.
            nowhere = NOWHERE_64 | module.address & 0xFFFFFFFFFFFFF if self.settings.word == 8 else NOWHERE_32
            for section in sections(path):
                if section.flags & SHF_ALLOC and section.name != ".text":
                    words.append("-s %s 0x%x" % (quoted(section.name), places.get(section.name, nowhere)))
                    nowhere += 0 if section.name in places else section.size
            gdb.execute("add-symbol-file %s 0x%x %s" % (quoted(path), module.text, " ".join(words)), to_string=True)
        except (OSError, gdb.error) as error:
            return str(error)
        self.loaded[module.address] = (module, path)
        return None

    def _remove(self, address):
        module, _path = self.loaded.pop(address)
        try:
            gdb.execute("remove-symbol-file -a 0x%x" % module.text, to_string=True)
        except gdb.error:
            pass
