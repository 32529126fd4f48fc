/*
 * The kernel's interface as far as the agent uses it: no libc, so that one compiler
 * without any target headers builds it for every architecture.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "arch.h"

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NOCTTY 0400
#define O_NONBLOCK 04000
#define O_CLOEXEC 02000000
#define O_PATH 010000000
#define AT_FDCWD (-100)
#define AT_REMOVEDIR 0x200

#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define EIO 5
#define ENOEXEC 8
#define EAGAIN 11
#define EACCES 13
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define EFBIG 27
#define ENOSPC 28
#define EROFS 30
#define EPIPE 32
#define ENAMETOOLONG 36
#define ENOSYS 38
#define ELOOP 40
#define ENOTBLK 15
#define ENXIO 6
#define E2BIG 7
#define ENOMEM 12
#define EPROTONOSUPPORT 93
#define EOPNOTSUPP 95
#define EDQUOT 122
#define ENOKEY 126
#define EKEYREJECTED 129

#define MS_RDONLY 1
#define MS_NOSUID 2
#define MS_NODEV 4
#define MS_NOEXEC 8
#define MS_REMOUNT 32
#define MS_BIND 4096
#define MS_MOVE 8192
#define MNT_DETACH 2

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGKILL 9
#define SIGPIPE 13
#define SIGTERM 15
#define SIGCHLD 17
#define WNOHANG 1

#define POLLIN 1
#define POLLOUT 4
#define POLLERR 8
#define POLLHUP 16

/* include/uapi/asm-generic/ioctls.h */
/* With 1: waits until everything is sent, as tcdrain(3). */
#define TCSBRK 0x5409
#define TIOCSCTTY 0x540E
#define FIONREAD 0x541B
#define TIOCSWINSZ 0x5414
#define TIOCGPTN 0x80045430u
#define TIOCSPTLCK 0x40045431u

struct pollfd { int fd; short events; short revents; };
struct timespec64 { int64_t seconds; int64_t nanoseconds; };
struct dirent64 { uint64_t inode; int64_t offset; uint16_t size; uint8_t type; char name[]; };
struct winsize { uint16_t rows, columns, xpixel, ypixel; };
struct utsname { char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65]; };

/* A negative answer is -errno; nothing here sets a global. */
long sys_call(long number, long a, long b, long c, long d, long e);

static inline long sys_read(int fd, void *buffer, size_t size) { return sys_call(NR_read, fd, (long)buffer, (long)size, 0, 0); }
static inline long sys_write(int fd, const void *buffer, size_t size) { return sys_call(NR_write, fd, (long)buffer, (long)size, 0, 0); }
static inline int sys_open(const char *path, int flags, int mode) { return (int)sys_call(NR_openat, AT_FDCWD, (long)path, flags, mode, 0); }
static inline int sys_close(int fd) { return (int)sys_call(NR_close, fd, 0, 0, 0, 0); }
static inline int sys_dup2(int from, int to) { return (int)sys_call(NR_dup2, from, to, 0, 0, 0); }
static inline int sys_pipe(int ends[2], int flags) { return (int)sys_call(NR_pipe2, (long)ends, flags, 0, 0, 0); }
static inline int sys_ioctl(int fd, unsigned long request, void *argument) { return (int)sys_call(NR_ioctl, fd, (long)request, (long)argument, 0, 0); }
static inline int sys_mount(const char *from, const char *to, const char *type, unsigned long flags, const char *data) {
	return (int)sys_call(NR_mount, (long)from, (long)to, (long)type, (long)flags, (long)data);
}
static inline int sys_umount(const char *path, int flags) { return (int)sys_call(NR_umount2, (long)path, flags, 0, 0, 0); }
static inline int sys_mkdir(const char *path, int mode) { return (int)sys_call(NR_mkdirat, AT_FDCWD, (long)path, mode, 0, 0); }
static inline int sys_unlink(const char *path) { return (int)sys_call(NR_unlinkat, AT_FDCWD, (long)path, 0, 0, 0); }
static inline int sys_symlink(const char *target, const char *path) { return (int)sys_call(NR_symlinkat, (long)target, AT_FDCWD, (long)path, 0, 0); }
static inline int sys_readlink(const char *path, char *buffer, size_t size) {
	return (int)sys_call(NR_readlinkat, AT_FDCWD, (long)path, (long)buffer, (long)size, 0);
}
static inline int sys_chmod(const char *path, int mode) { return (int)sys_call(NR_fchmodat, AT_FDCWD, (long)path, mode, 0, 0); }
static inline int sys_access(const char *path, int mode) { return (int)sys_call(NR_faccessat, AT_FDCWD, (long)path, mode, 0, 0); }
static inline int sys_chdir(const char *path) { return (int)sys_call(NR_chdir, (long)path, 0, 0, 0, 0); }
static inline int sys_fchdir(int fd) { return (int)sys_call(NR_fchdir, fd, 0, 0, 0, 0); }
static inline int sys_chroot(const char *path) { return (int)sys_call(NR_chroot, (long)path, 0, 0, 0, 0); }
static inline int sys_kill(int pid, int signal) { return (int)sys_call(NR_kill, pid, signal, 0, 0, 0); }
static inline int sys_fork(void) { return (int)sys_call(NR_fork, 0, 0, 0, 0, 0); }
static inline int sys_getpid(void) { return (int)sys_call(NR_getpid, 0, 0, 0, 0, 0); }
static inline int sys_setsid(void) { return (int)sys_call(NR_setsid, 0, 0, 0, 0, 0); }
static inline int sys_wait(int pid, int *status, int flags) { return (int)sys_call(NR_wait4, pid, (long)status, flags, 0, 0); }
static inline int sys_execve(const char *path, char *const argv[], char *const envp[]) {
	return (int)sys_call(NR_execve, (long)path, (long)argv, (long)envp, 0, 0);
}
static inline int sys_fcntl(int fd, int command, long argument) { return (int)sys_call(NR_fcntl, fd, command, argument, 0, 0); }
static inline void sys_sync(void) { sys_call(NR_sync, 0, 0, 0, 0, 0); }

/* Waits for events or `milliseconds` (negative: no limit). */
int sys_poll(struct pollfd *fds, unsigned count, int milliseconds);
/* CLOCK_MONOTONIC in milliseconds. */
int64_t monotonic_ms(void);
/* The same in nanoseconds. */
int64_t monotonic_ns(void);
/* CLOCK_REALTIME in nanoseconds since 1970. */
int64_t wall_ns(void);
/* Sets CLOCK_REALTIME; nanoseconds below 1000000000. */
int set_wall_clock(struct timespec64 time);
void sleep_ms(int milliseconds);
/* `handler` runs on `signal`; SA_RESTART is not set, so that waits end. */
void on_signal(int signal, void (*handler)(int));
void ignore_signal(int signal);
void default_signal(int signal);
__attribute__((noreturn)) void sys_exit(int status);
__attribute__((noreturn)) void power_off(void);
