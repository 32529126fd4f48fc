"""The commands themselves."""
import re

import gdb

from .dmesg import kernel_log
from .files import Files
from .mappings import Mappings
from .memory import Memory, NotMapped
from .modules import Modules
from .settings import Settings
from .symbols import UserSymbols, use_debuginfod
from .tasks import Tasks

# What a guest says is shown, never obeyed: control characters would reach the terminal.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text):
    return CONTROL.sub(lambda found: "\\x%02x" % ord(found.group()), text)


def hexdump(address, data):
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        print("0x%x  %-47s  %s" % (address + at, part.hex(" "), text))


def number(word):
    return int(gdb.parse_and_eval(word)) % (1 << 64)


class Guest:
    """Everything about one VM; what was read is forgotten when it runs."""

    def __init__(self, path):
        self.settings = Settings(path)
        self.memory = Memory(self.settings)
        self.tasks = Tasks(self.settings, self.memory)
        self.mappings = Mappings(self.settings, self.memory)
        self.symbols = UserSymbols(self.mappings, Files(self.settings))
        self.modules = Modules(self.settings, self.memory)

    def cpu(self):
        thread = gdb.selected_thread()
        if thread is None:
            raise gdb.GdbError("the VM is not attached, or has ended")
        # QEMU numbers threads from 1.
        return thread.ptid[1] - 1

    def in_program(self):
        return int(gdb.parse_and_eval("$cs")) & 3 == 3

    def on_continue(self, _event):
        self.memory.forget()

    def on_stop(self, _event):
        self.memory.forget()
        try:
            self.modules.refresh()
        except gdb.error as error:
            print("kk-modules: %s" % error)
        try:
            if self.settings.members and self.in_program():
                self.symbols.load(self.tasks.current(self.cpu()))
        except gdb.error as error:
            print("kk-user: %s" % error)


class Command(gdb.Command):
    name = ""
    words = (1, 1)

    def __init__(self, guest):
        super().__init__(self.name, gdb.COMMAND_USER)
        self.guest = guest

    def invoke(self, text, _from_terminal):
        words = gdb.string_to_argv(text)
        least, most = self.words
        if not least <= len(words) <= most:
            raise gdb.GdbError((self.__doc__ or "").split("\n", maxsplit=1)[0])
        self.guest.cpu()
        try:
            self.run(*words)
        except gdb.error as error:
            # gdb would call it a Python Exception.
            raise gdb.GdbError(str(error)) from None


class Ps(Command):
    """kk-ps: the tasks of the guest; names of the kernel's own are in brackets."""

    name = "kk-ps"
    words = (0, 0)

    def run(self):
        print("%7s %7s S %-18s %s" % ("PID", "PROCESS", "TASK", "NAME"))
        with self.guest.memory.physical_mode():
            for task in self.guest.tasks.all():
                name = printable(task.comm)
                shown = "[%s]" % name if task.mm == 0 else name
                print("%7d %7d %s 0x%-16x %s" % (task.pid, task.tgid, task.state, task.address, shown))


class Maps(Command):
    """kk-maps PID|NAME: what a process has mapped."""

    name = "kk-maps"

    def run(self, who):
        for one in self.guest.mappings.of(self.guest.tasks.named(who)):
            rights = "".join(letter if one.flags & bit else "-" for bit, letter in ((1, "r"), (2, "w"), (4, "x")))
            rights += "s" if one.flags & 8 else "p"
            # As /proc/PID/maps: memory without a file has no offset.
            offset = 0 if one.path is None else one.offset
            print(("%08x-%08x %s %08x %s" % (one.start, one.end, rights, offset, printable(one.path or ""))).rstrip())


class Mem(Command):
    """kk-mem PID|NAME ADDRESS [LENGTH|s]: memory of a process, whether it runs or not; s is a text up to a zero byte."""

    name = "kk-mem"
    words = (2, 3)

    def run(self, who, where, length="64"):
        task = self.guest.tasks.named(who)
        address = number(where)
        table = task.page_table()
        read = lambda at, size: self.guest.memory.read(table, at, size)
        try:
            self.show(read, address, length)
        except NotMapped as missing:
            raise self.explained(missing, task) from None

    def explained(self, missing, task):
        """A page that a process has mapped and not touched yet is in no page table."""
        address = missing.untouched
        if address is None or not any(one.start <= address < one.end for one in self.guest.mappings.of(task)):
            return missing
        return gdb.GdbError("0x%x is mapped, but not in memory: the process has not touched this page yet" % address)

    def show(self, read, address, length):
        if length == "s":
            print(printable(self.guest.memory.text(read, address).decode("utf-8", "replace")))
        else:
            hexdump(address, read(address, number(length)))


class Phys(Command):
    """kk-phys ADDRESS [LENGTH|s]: physical memory."""

    name = "kk-phys"
    words = (1, 2)

    def run(self, where, length="64"):
        address = number(where)
        if length == "s":
            print(printable(self.guest.memory.text(self.guest.memory.physical, address).decode("utf-8", "replace")))
        else:
            hexdump(address, self.guest.memory.physical(address, number(length)))


class Dmesg(Command):
    """kk-dmesg: what the kernel has printed and still holds."""

    name = "kk-dmesg"
    words = (0, 0)

    def run(self):
        with self.guest.memory.physical_mode():
            for line in kernel_log(self.guest.settings, self.guest.memory):
                print(printable(line))


class Bt(Command):
    """kk-bt PID|NAME|cpuN: the stack of a task that waits, or of a CPU."""

    name = "kk-bt"

    def run(self, who):
        if self.guest.settings.no_stacks is not None:
            raise gdb.GdbError(self.guest.settings.no_stacks)
        found = re.fullmatch(r"cpu(\d+)", who)
        if found is not None:
            gdb.execute("thread %d" % (int(found.group(1)) + 1), to_string=True)
            gdb.execute("bt")
            return
        task = self.guest.tasks.named(who)
        if task.integer("on_cpu"):
            raise gdb.GdbError("%d (%s) runs: kk-bt cpuN shows the stack of a CPU" % (task.pid, printable(task.comm)))
        self.sleeping(task)

    def sleeping(self, task):
        """gdb follows a stack from registers: they are those of the task for as long as it does (struct inactive_task_frame)."""
        word = self.guest.settings.word
        stack = task.word("thread.sp")
        bp_at, ip_at = (40, 48) if word == 8 else (16, 20)
        names = ("$rip", "$rsp", "$rbp") if word == 8 else ("$eip", "$esp", "$ebp")
        kernel = self.guest.memory.kernel_word
        values = (kernel(stack + ip_at), stack + ip_at + word, kernel(stack + bp_at))
        saved = [int(gdb.parse_and_eval("(unsigned long)" + name)) for name in names]
        gdb.execute("frame 0", to_string=True)
        try:
            for name, value in zip(names, values):
                gdb.execute("set var %s = 0x%x" % (name, value), to_string=True)
            gdb.execute("bt")
        finally:
            for name, value in zip(names, saved):
                gdb.execute("set var %s = 0x%x" % (name, value), to_string=True)


class User(Command):
    """kk-user [PID|NAME]: symbols of a process and its libraries; without a name those of the task that runs."""

    name = "kk-user"
    words = (0, 1)

    def run(self, who=None):
        guest = self.guest
        task = guest.tasks.current(guest.cpu()) if who is None else guest.tasks.named(who)
        if task.mm == 0:
            raise gdb.GdbError("%d (%s) is a thread of the kernel: it has no program" % (task.pid, printable(task.comm)))
        guest.symbols.unload()
        guest.symbols.load(task)


class LoadedModules(Command):
    """kk-modules: the loaded modules of the kernel; brings their symbols up to date, which every stop does too."""

    name = "kk-modules"
    words = (0, 0)

    def run(self):
        modules = self.guest.modules
        print("%-18s %s" % ("CODE", "NAME"))
        for module in modules.load():
            loaded = modules.loaded.get(module.address)
            print("0x%-16x %s%s" % (module.text, printable(module.name), "" if loaded is None else "  %s" % loaded[1]))


def start(path):
    use_debuginfod()
    guest = Guest(path)
    for command in (Ps, Maps, Mem, Phys, Dmesg, Bt, User, LoadedModules):
        command(guest)
    gdb.events.stop.connect(guest.on_stop)
    gdb.events.cont.connect(guest.on_continue)
