"""Physical memory through QEMU's stub, and page tables on top of it."""
import struct

import gdb

KERNEL_MAP = 0xFFFFFFFF80000000  # __START_KERNEL_map, arch/x86/include/asm/page_64_types.h
LOW_MAP = 0xC0000000  # PAGE_OFFSET of i386
PAGE = 4096
ADDRESS = 0x000FFFFFFFFFF000


class NotMapped(gdb.GdbError):
    pass


class Memory:
    def __init__(self, settings):
        self.settings = settings
        self.pages = {}

    def forget(self):
        """The guest has run since."""
        self.pages.clear()

    def physical(self, address, length):
        whole = b""
        while length > 0:
            page = self._page(address & ~(PAGE - 1))
            offset = address % PAGE
            part = page[offset : offset + length]
            whole += part
            address += len(part)
            length -= len(part)
        return whole

    def _page(self, start):
        if start not in self.pages:
            # gdb knows no physical addresses: QEMU reads them as such while this is on (gdbstub, PhyMemMode).
            gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
            try:
                self.pages[start] = bytes(gdb.selected_inferior().read_memory(start, PAGE))
            except gdb.MemoryError:
                raise NotMapped("no memory at the physical address 0x%x" % start) from None
            finally:
                gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)
        return self.pages[start]

    def number(self, data):
        return struct.unpack("<Q" if self.settings.word == 8 else "<I", data)[0]

    def symbol(self, name):
        """Address in the guest, or None."""
        found = gdb.lookup_minimal_symbol(name) if hasattr(gdb, "lookup_minimal_symbol") else None
        if found is not None:
            return int(found.value().address)
        try:
            return int(gdb.parse_and_eval("(unsigned long)&%s" % name))
        except gdb.error:
            return None

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
            # Present, or without access on purpose (PROT_NONE).
            if not entry & 1 and not (level == 12 and entry & 0x100):
                why = "is swapped out" if level == 12 and entry else "is not mapped"
                raise NotMapped("0x%x %s (entry 0x%x of the page table, %d bits)" % (address, why, entry, level))
            if level == 12 or (level in huge and entry & 0x80):
                below = (1 << level) - 1
                return (entry & mask & ~below) | (address & below)
            table = entry & mask
        raise AssertionError("a page table without a last level")

    def read(self, root, address, length):
        """Memory at addresses of one page table."""
        whole = b""
        while length > 0:
            part = min(length, PAGE - address % PAGE)
            whole += self.physical(self.translate(root, address), part)
            address += part
            length -= part
        return whole

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
