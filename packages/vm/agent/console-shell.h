/* Without a host at the other end: a command line pasted from --dry-run. */
#pragma once

/* A shell on the kernel's console, or there this script. Serves when a host connects after all; powers off when the shell ends. */
__attribute__((noreturn)) void console_shell(const char *problem, const char *script, char *user);
