"""The kernel's list of tasks."""
import gdb

MOST_TASKS = 20000
# include/linux/sched.h: TASK_* and EXIT_*.
STATES = ((0x1, "S"), (0x2, "D"), (0x4, "T"), (0x8, "t"))


class Task:
    def __init__(self, kernel, address):
        self.kernel = kernel
        self.address = address

    def bytes(self, member, length):
        return self.kernel.memory.kernel(self.address + self.kernel.settings.need("task_struct." + member), length)

    def integer(self, member):
        return int.from_bytes(self.bytes(member, 4), "little")

    def word(self, member):
        return self.kernel.memory.number(self.bytes(member, self.kernel.settings.word))

    @property
    def pid(self):
        return self.integer("pid")

    @property
    def tgid(self):
        return self.integer("tgid")

    @property
    def comm(self):
        return self.bytes("comm", 16).split(b"\0")[0].decode("latin1")

    @property
    def mm(self):
        return self.word("mm")

    @property
    def state(self):
        leave = self.integer("exit_state")
        if leave & 0x20:
            return "Z"
        if leave & 0x10:
            return "X"
        new = self.kernel.settings.offset("task_struct.__state") is not None
        state = self.integer("__state" if new else "state")
        if state & 0x402 == 0x402:
            return "I"
        return next((letter for bit, letter in STATES if state & bit), "R")

    def page_table(self):
        """Physical address of its page table."""
        if self.mm == 0:
            raise gdb.GdbError("%d (%s) is a thread of the kernel: it has no memory of its own" % (self.pid, self.comm))
        pgd = self.kernel.memory.kernel_word(self.mm + self.kernel.settings.need("mm_struct.pgd"))
        return self.kernel.memory.translate(self.kernel.memory.kernel_root(), pgd)

    def read(self, address, length):
        return self.kernel.memory.read(self.page_table(), address, length)


class Tasks:
    def __init__(self, settings, memory):
        self.settings = settings
        self.memory = memory

    def _entries(self, head, offset):
        seen = {head}
        at = self.memory.kernel_word(head)
        while at not in seen and len(seen) < MOST_TASKS:
            seen.add(at)
            yield at - offset
            at = self.memory.kernel_word(at)

    def all(self):
        """Every thread of every process."""
        tasks = self.settings.need("task_struct.tasks")
        first = self.memory.symbol("init_task")
        if first is None:
            raise gdb.GdbError("this vmlinux has no init_task")
        yield Task(self, first)
        node = self.settings.need("task_struct.thread_node")
        for address in self._entries(first + tasks, tasks):
            leader = Task(self, address)
            yield leader
            threads = leader.word("signal") + self.settings.need("signal_struct.thread_head")
            for thread in self._entries(threads, node):
                if thread != address:
                    yield Task(self, thread)

    def named(self, word):
        """By PID, else by name."""
        with self.memory.physical_mode():
            for task in self.all():
                if str(task.pid) == word or task.comm == word:
                    return task
        raise gdb.GdbError("no task has the PID or the name '%s': it may have ended (kk-ps lists them)" % word)

    def current(self, cpu):
        """The task of a CPU."""
        hot = self.settings.offset("pcpu_hot.current_task")
        place = self.memory.symbol("current_task")
        if place is None and hot is not None:
            base = self.memory.symbol("pcpu_hot")
            place = None if base is None else base + hot
        if place is None:
            raise gdb.GdbError("this vmlinux does not say where a CPU keeps its task")
        offsets = self.memory.symbol("__per_cpu_offset")
        base = 0 if offsets is None else self.memory.kernel_word(offsets + cpu * self.settings.word)
        return Task(self, self.memory.kernel_word((place + base) % (1 << 8 * self.settings.word)))
