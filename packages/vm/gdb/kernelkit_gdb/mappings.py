"""What a process has mapped."""
import collections

Mapping = collections.namedtuple("Mapping", "start end flags offset path")

MOST_MAPPINGS = 100000
# Numbers of maple_type, include/linux/maple_tree.h.
LEAF, RANGE, ARANGE = 1, 2, 3


class Mappings:
    def __init__(self, settings, memory):
        self.settings = settings
        self.memory = memory

    def of(self, task):
        if task.mm == 0:
            return []
        with self.memory.physical_mode():
            return list(self._all(task))

    def _all(self, task):
        for area in self._areas(task.mm):
            member = lambda name, at=area: self.memory.kernel_word(at + self.settings.need("vm_area_struct." + name))
            file = member("vm_file")
            path = None if file == 0 else self.path(file)
            yield Mapping(member("vm_start"), member("vm_end"), member("vm_flags"), member("vm_pgoff") * 4096, path)

    def _areas(self, mm):
        tree = self.settings.offset("mm_struct.mm_mt")
        if tree is not None:
            root = self.memory.kernel_word(mm + tree + self.settings.need("maple_tree.ma_root"))
            yield from self._entries(root, (1 << 8 * self.settings.word) - 1, 0)
            return
        # Before 6.1.
        area = self.memory.kernel_word(mm + self.settings.need("mm_struct.mmap"))
        for _ in range(MOST_MAPPINGS):
            if area == 0:
                return
            yield area
            area = self.memory.kernel_word(area + self.settings.need("vm_area_struct.vm_next"))

    def _entries(self, entry, most, depth):
        """The areas below one entry of a maple tree (Documentation/core-api/maple_tree.rst)."""
        if entry == 0 or depth > 16:
            return
        if entry & 3 != 2 and depth == 0:
            yield entry
            return
        node, kind = entry & ~0xFF, (entry >> 3) & 0xF
        name = "maple_arange_64" if kind == ARANGE else "maple_range_64"
        word = self.settings.word
        pivots = self._words(node + self.settings.need(name + ".pivot"), self.settings.size(name + ".pivot") // word)
        slots = self._words(node + self.settings.need(name + ".slot"), self.settings.size(name + ".slot") // word)
        for index, slot in enumerate(slots):
            last = pivots[index] if index < len(pivots) else most
            # A pivot of 0 is behind the last slot that is in use.
            if last == 0 and index > 0:
                last = most
            if slot != 0 and kind == LEAF:
                yield slot
            elif slot != 0:
                yield from self._entries(slot, last, depth + 1)
            if last >= most:
                return

    def _words(self, address, count):
        word = self.settings.word
        data = self.memory.kernel(address, count * word)
        return [self.memory.number(data[at : at + word]) for at in range(0, len(data), word)]

    def _is_internal(self, mount):
        """It is in no namespace: nothing in the guest leads there."""
        # NULL, or MNT_NS_INTERNAL of fs/mount.h, an error number.
        namespace = self.memory.kernel_word(mount + self.settings.need("mount.mnt_ns"))
        return namespace == 0 or namespace >= (1 << 8 * self.settings.word) - 4096

    def path(self, file):
        """The path of an open file in the guest."""
        word = self.memory.kernel_word
        need = self.settings.need
        mount_at, dentry_at = file + need("file.f_path.mnt"), file + need("file.f_path.dentry")
        if self._is_internal(word(mount_at) - need("mount.mnt")):
            # A file of an overlay's layer: since 6.6 the path that was opened follows it (struct backing_file of fs/file_table.c).
            mount_at, dentry_at = (at + self.settings.size("file") - need("file.f_path.mnt") for at in (mount_at, dentry_at))
        dentry = word(dentry_at)
        mount = word(mount_at) - need("mount.mnt")
        names = []
        for _ in range(256):
            parent = word(dentry + need("dentry.d_parent"))
            if parent == dentry:
                above = word(mount + need("mount.mnt_parent"))
                if above == mount:
                    break
                dentry = word(mount + need("mount.mnt_mountpoint"))
                mount = above
                continue
            name = self.memory.text(self.memory.kernel, word(dentry + need("dentry.d_name.name")), 256)
            names.append(name.decode("utf-8", "replace"))
            dentry = parent
        return "/" + "/".join(reversed(names))
