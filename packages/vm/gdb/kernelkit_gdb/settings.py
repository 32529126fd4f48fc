"""What kernelkit knows about the VM, and where members of the kernel's types are."""
import json

import gdb


class Settings:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            known = json.load(file)
        self.symbols = {name: int(address, 0) for name, address in known["symbols"].items()}
        self.phys_base = int(known["physBase"], 0)
        self.word = known["wordBytes"]
        self.five_levels = known["fiveLevels"]
        self.pae = known["pae"]
        self.places = known["places"]
        self.image = known["image"]
        self.modules = known["modules"]
        self.scratch = known["scratch"]
        self.no_stacks = known["noStacks"]
        self.why_no_types = known["missing"]
        self.members = {}
        for line in (known["types"] or "").splitlines():
            name, *numbers = line.split()
            self.members[name] = [int(number) for number in numbers]

    def offset(self, member):
        """Bytes from the beginning of its type; None where this kernel has no such member."""
        found = self.members.get(member)
        return found[0] if found else None

    def need(self, member):
        # A member that this kernel lacks is in the table, without a place.
        if member not in self.members:
            raise gdb.GdbError(self.why_no_types or "the types of this kernel do not say where %s is" % member)
        found = self.offset(member)
        if found is None:
            raise gdb.GdbError("this kernel has no %s" % member)
        return found

    def size(self, member):
        self.need(member)
        return self.members[member][-1]
