/*
 * For virtiofsd on the host, preloaded, not for a guest: overlayfs opens lower files with O_NOATIME (fs/overlayfs/file.c), which the
 * kernel of the host refuses to a user who does not own the file; the C daemon passes the flag on.
 */
#include "arch.h"

/* include/uapi/asm-generic/fcntl.h */
#define O_NOATIME 01000000
#define O_CREAT 0100

/* syscall(2) of the host's libc, which sets errno. */
long syscall(long number, ...);

int openat64(int directory, const char *path, int flags, ...)
{
	__builtin_va_list args;
	int mode = 0;
	__builtin_va_start(args, flags);
	if (flags & O_CREAT) mode = __builtin_va_arg(args, int);
	__builtin_va_end(args);
	return (int)syscall(NR_openat, directory, path, flags & ~O_NOATIME, mode);
}

int openat(int directory, const char *path, int flags, ...) __attribute__((alias("openat64")));
int __openat64_2(int directory, const char *path, int flags) { return openat64(directory, path, flags); }
