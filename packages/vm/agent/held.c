#include "held.h"
#include "files.h"
#include "sys.h"
#include "text.h"

#define MAX_HELD 32

/* The list that is open now. One that does not fit is not held. */
static uint8_t held[4096];
static uint32_t held_size;
static int files[MAX_HELD];
static int count;

/*
 * An overlay remembers what it has looked up: a program that the host has built again since then would be the old one. 2 frees names and
 * inodes that are not in use, and with them their pages; 4 keeps that out of the kernel's log (Documentation/admin-guide/sysctl/vm.rst).
 */
void forget_cached(void)
{
	write_text("/proc/sys/vm/drop_caches", "4");
	write_text("/proc/sys/vm/drop_caches", "2");
}

static void open_held(const char *path)
{
	/* A FIFO or a device at such a path must not hold up the agent. */
	int fd = sys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	if (fd >= 0) files[count++] = fd;
}

void hold_files(const uint8_t *list, uint32_t size)
{
	if (size > sizeof held) size = 0;
	if (size == held_size && memcmp(list, held, size) == 0) return;
	while (count > 0) sys_close(files[--count]);
	memcpy(held, list, size);
	held_size = size;
	if (size == 0) return;
	held[size - 1] = 0;
	forget_cached();
	for (const char *at = (const char *)held, *end = at + size; at < end && count < MAX_HELD; at += length(at) + 1) {
		const char *path = find(at, ' ');
		if (path) open_held(path + 1);
	}
}
