"""Commands for gdb on a VM of kernelkit: tasks, their memory, and the symbols of their programs (docs/debugging.md)."""
