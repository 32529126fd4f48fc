"""Physical memory through QEMU's stub, and page tables on top of it."""
import contextlib
import struct

import gdb

KERNEL_MAP = 0xFFFFFFFF80000000  # __START_KERNEL_map, arch/x86/include/asm/page_64_types.h
LOW_MAP = 0xC0000000  # PAGE_OFFSET of i386
PAGE = 4096
# QEMU answers up to 2 KiB at once, and most questions are about a few words.
PIECE = 1024
ADDRESS = 0x000FFFFFFFFFF000


# Present, whole page, and PROT_NONE of arch/x86/include/asm/pgtable_types.h (_PAGE_BIT_PROTNONE is _PAGE_BIT_GLOBAL).
PRESENT, WHOLE, NO_ACCESS = 1 << 0, 1 << 7, 1 << 8
# Since 4.19 the address of a page without access is inverted in entries of 8 bytes (arch/x86/include/asm/pgtable-invert.h). No guest has
# memory up there, and not all kernels of 32 bits keep the bits from 44 on.
INVERTED = 1 << 43


class NotMapped(gdb.GdbError):
    def __init__(self, text, untouched=None):
        super().__init__(text)
        # The address, where there is no entry at all, not even one that says where the page has gone.
        self.untouched = untouched


class Memory:
    def __init__(self, settings):
        self.settings = settings
        self.pieces = {}
        self.physical_depth = 0

    def forget(self):
        """The guest has run since."""
        self.pieces.clear()

    @contextlib.contextmanager
    def physical_mode(self):
        """gdb knows no physical addresses: QEMU reads them as such meanwhile (gdbstub, PhyMemMode). gdb itself must read nothing then."""
        if self.physical_depth == 0:
            gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
        self.physical_depth += 1
        try:
            yield
        finally:
            self.physical_depth -= 1
            if self.physical_depth == 0:
                gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)

    def physical(self, address, length):
        first, last = address // PIECE, (address + length - 1) // PIECE
        missing = [number for number in range(first, last + 1) if number not in self.pieces]
        if missing:
            self._fetch(missing[0], missing[-1])
        whole = b"".join(self.pieces[number] for number in range(first, last + 1))
        return whole[address - first * PIECE :][:length]

    def _fetch(self, first, last):
        start = first * PIECE
        with self.physical_mode():
            try:
                data = bytes(gdb.selected_inferior().read_memory(start, (last + 1 - first) * PIECE))
            except gdb.MemoryError:
                raise NotMapped("no memory at the physical address 0x%x" % start) from None
        for number in range(first, last + 1):
            self.pieces[number] = data[(number - first) * PIECE :][:PIECE]

    def number(self, data):
        return struct.unpack("<Q" if self.settings.word == 8 else "<I", data)[0]

    def symbol(self, name):
        """Address in the guest, or None. Not gdb's answer: a variable of the selected frame may have the same name."""
        return self.settings.symbols.get(name)

    def kernel_root(self):
        """Physical address of the kernel's own page table."""
        for name in ("init_top_pgt", "swapper_pg_dir"):
            address = self.symbol(name)
            if address is not None:
                return self.image_physical(address)
        raise gdb.GdbError("this vmlinux has neither init_top_pgt nor swapper_pg_dir")

    def image_physical(self, address):
        if self.settings.word == 4:
            return address - LOW_MAP
        return address - KERNEL_MAP + self.settings.phys_base

    def translate(self, root, address):
        """Physical address, by the page table whose root is at a physical address."""
        if self.settings.word == 4 and not self.settings.pae:
            return self._translate(root, address, (22, 12), 10, 4, (22,), 0xFFFFF000)
        if self.settings.word == 4:
            return self._translate(root, address, (30, 21, 12), 9, 8, (21,), ADDRESS)
        levels = (48, 39, 30, 21, 12) if self.settings.five_levels else (39, 30, 21, 12)
        return self._translate(root, address, levels, 9, 8, (30, 21), ADDRESS)

    def _translate(self, root, address, levels, bits, size, huge, mask):
        table = root & (~0x1F if levels[0] == 30 else mask)
        for level in levels:
            index = (address >> level) & ((1 << bits) - 1)
            entry = int.from_bytes(self.physical(table + index * size, size), "little")
            is_page = level == 12 or (level in huge and entry & WHOLE)
            # Memory without access (mprotect PROT_NONE) is there all the same.
            if not entry & PRESENT and not (is_page and entry & NO_ACCESS):
                why = "is swapped out" if level == 12 and entry else "is not mapped"
                text = "0x%x %s (entry 0x%x of the page table, %d bits)" % (address, why, entry, level)
                raise NotMapped(text, untouched=None if entry else address)
            if is_page:
                below = (1 << level) - 1
                if not entry & PRESENT and size == 8 and entry & INVERTED:
                    entry = ~entry & (INVERTED - 1)
                return (entry & mask & ~below) | (address & below)
            table = entry & mask
        raise AssertionError("a page table without a last level")

    def read(self, root, address, length):
        """Memory at addresses of one page table."""
        # Pages that are neighbours in memory too are read at once.
        runs = []
        while length > 0:
            part = min(length, PAGE - address % PAGE)
            at = self.translate(root, address)
            if runs and runs[-1][0] + runs[-1][1] == at:
                runs[-1][1] += part
            else:
                runs.append([at, part])
            address += part
            length -= part
        return b"".join(self.physical(at, size) for at, size in runs)

    def kernel(self, address, length):
        return self.read(self.kernel_root(), address, length)

    def kernel_word(self, address):
        return self.number(self.kernel(address, self.settings.word))

    def text(self, read, address, longest=4096):
        """Up to a zero byte; `read` takes an address and a length."""
        whole = b""
        while len(whole) < longest:
            part = read(address, min(64, PAGE - address % PAGE))
            end = part.find(b"\0")
            if end >= 0:
                return whole + part[:end]
            whole += part
            address += len(part)
        return whole
