/*
 * All that differs between architectures, one branch each here and in arch.c; a compiler for
 * another one stops at the #error.
 */
#pragma once
#include <stdint.h>

/* Syscall numbers: arch/x86/entry/syscalls/syscall_{64,32}.tbl. */
#if defined(__x86_64__)
enum {
	NR_read = 0, NR_write = 1, NR_close = 3, NR_lseek = 8, NR_dup2 = 33, NR_getpid = 39, NR_socket = 41, NR_fork = 57, NR_execve = 59,
	NR_wait4 = 61, NR_kill = 62, NR_fcntl = 72, NR_fsync = 74, NR_chdir = 80, NR_fchdir = 81, NR_umask = 95,
	NR_setuid = 105, NR_setgid = 106, NR_setsid = 112, NR_setgroups = 116, NR_uname = 63, NR_ioctl = 16,
	NR_rt_sigaction = 13, NR_rt_sigreturn = 15, NR_prctl = 157, NR_chroot = 161, NR_sync = 162, NR_mount = 165, NR_umount2 = 166,
	NR_reboot = 169, NR_sethostname = 170, NR_getdents64 = 217, NR_clock_gettime = 228, NR_clock_settime = 227,
	NR_exit_group = 231, NR_openat = 257, NR_mkdirat = 258, NR_mknodat = 259, NR_unlinkat = 263, NR_symlinkat = 266,
	NR_readlinkat = 267, NR_fchmodat = 268, NR_faccessat = 269, NR_ppoll = 271, NR_pipe2 = 293, NR_syncfs = 306,
	NR_finit_module = 313,
};
/* With a 64-bit word the first numbers already carry 64-bit times. */
enum { NR_ppoll_old = -1, NR_clock_gettime_old = -1, NR_clock_settime_old = -1 };
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#elif defined(__i386__)
enum {
	NR_read = 3, NR_write = 4, NR_close = 6, NR_lseek = 19, NR_dup2 = 63, NR_getpid = 20, NR_socket = 359, NR_fork = 2, NR_execve = 11,
	NR_wait4 = 114, NR_kill = 37, NR_fcntl = 221, NR_fsync = 118, NR_chdir = 12, NR_fchdir = 133, NR_umask = 60,
	NR_setuid = 213, NR_setgid = 214, NR_setsid = 66, NR_setgroups = 206, NR_uname = 122, NR_ioctl = 54,
	NR_rt_sigaction = 174, NR_rt_sigreturn = 173, NR_prctl = 172, NR_chroot = 61, NR_sync = 36, NR_mount = 21, NR_umount2 = 52,
	NR_reboot = 88, NR_sethostname = 74, NR_getdents64 = 220, NR_clock_gettime = 403, NR_clock_settime = 404,
	NR_exit_group = 252, NR_openat = 295, NR_mkdirat = 296, NR_mknodat = 297, NR_unlinkat = 301, NR_symlinkat = 304,
	NR_readlinkat = 305, NR_fchmodat = 306, NR_faccessat = 307, NR_ppoll = 414, NR_pipe2 = 331, NR_syncfs = 344,
	NR_finit_module = 350,
};
/* Kernels before 5.1 lack the 64-bit times, newer ones may lack the 32-bit ones (COMPAT_32BIT_TIME): try both. */
enum { NR_ppoll_old = 309, NR_clock_gettime_old = 265, NR_clock_settime_old = 264 };
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#else
#error "no syscall table for this architecture"
#endif

/* The kernel's struct, not libc's (arch/x86/include/uapi/asm/signal.h). */
struct kernel_sigaction { void (*handler)(int); unsigned long flags; void (*restorer)(void); uint64_t mask; };
/* SA_SIGINFO: the frame that rt_sigreturn expects on 32-bit too; SA_RESTORER: x86 has no other way back. */
#define SA_FLAGS (0x4 | 0x04000000)
