#include "files.h"
#include "sys.h"
#include "text.h"
#include <stdarg.h>

int read_file(const char *path, char *buffer, size_t size)
{
	size_t used = 0;
	long got = 0;
	int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	buffer[0] = 0;
	if (fd < 0) return fd;
	while (used < size - 1 && (got = sys_read(fd, buffer + used, size - 1 - used)) > 0) used += (size_t)got;
	sys_close(fd);
	buffer[used] = 0;
	return got < 0 ? (int)got : (int)used;
}

int write_file(const char *path, const void *content, size_t size, int mode)
{
	const char *from = content;
	long put = 0;
	int fd = sys_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0) return fd;
	while (size > 0 && (put = sys_write(fd, from, size)) > 0) {
		from += put;
		size -= (size_t)put;
	}
	sys_close(fd);
	return put < 0 ? (int)put : 0;
}

int write_text(const char *path, const char *text) { return write_file(path, text, length(text), 0644); }

int exists(const char *path) { return sys_access(path, 0) == 0; }

int has_entries(const char *directory)
{
	static char entries[1024];
	int found = 0;
	int fd = sys_open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0) return 0;
	/* The first piece is enough: it begins with `.` and `..`, when those are listed at all. */
	long got = sys_call(NR_getdents64, fd, (long)entries, sizeof entries, 0, 0);
	for (long at = 0; at < got; at += ((struct dirent64 *)(entries + at))->size) {
		const char *name = ((struct dirent64 *)(entries + at))->name;
		if (!equal(name, ".") && !equal(name, "..")) found = 1;
	}
	sys_close(fd);
	return found;
}

static int make_path(const char *path, int whole)
{
	char copy[1024];
	int answer = 0;
	if (length(path) >= sizeof copy) return -ENAMETOOLONG;
	format(copy, sizeof copy, "%s", path);
	for (char *at = copy + 1; ; at++) {
		if (*at != '/' && *at != 0) continue;
		int last = *at == 0;
		if (last && !whole) return 0;
		*at = 0;
		answer = exists(copy) ? 0 : sys_mkdir(copy, 0755);
		if (last || (answer < 0 && answer != -EEXIST)) return answer == -EEXIST ? 0 : answer;
		*at = '/';
	}
}

int make_directories(const char *path) { return make_path(path, 1); }
int make_parents(const char *path) { return make_path(path, 0); }

/* Documentation/admin-guide/devices.txt: /dev/kmsg is 1, 11. */
void make_log_device(void) { sys_call(NR_mknodat, AT_FDCWD, (long)"/dev/kmsg", 020600 /* S_IFCHR */, 1 << 8 | 11, 0); }

void log_line(const char *pattern, ...)
{
	/* /dev of the root may not be ours yet: the descriptor is opened once, early. */
	static int kmsg = -1;
	TEXT(line, 600);
	va_list args;
	if (kmsg < 0) kmsg = sys_open("/dev/kmsg", O_WRONLY | O_CLOEXEC, 0);
	/* <5> KERN_NOTICE: shown at loglevel 6 and above, hidden by `quiet`. */
	add(&line, "<5>kernelkit: ");
	va_start(args, pattern);
	for (; *pattern; pattern++) {
		char one[2] = { *pattern, 0 };
		if (*pattern != '%') add(&line, one);
		else if (*++pattern == 's') add(&line, va_arg(args, const char *));
		else add_number(&line, (uint32_t)va_arg(args, int), 10);
	}
	va_end(args);
	add(&line, "\n");
	if (kmsg >= 0) sys_write(kmsg, line_buffer, (size_t)(line.at - line_buffer));
}
