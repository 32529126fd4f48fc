/* The kernel's own messages while a command ran, for the host, which knows what the console has shown of them. */
#include "kernel-log.h"
#include "channel.h"
#include "files.h"
#include "sys.h"
#include "text.h"

/* include/linux/printk.h: a console shows levels below its own; KERN_INFO is the last that it shows by default. */
enum { LEVEL_INFO = 6, LEVEL_DEFAULT = 7 };
/* At a time, for a kernel that logs faster than it is read. */
#define MOST_READ (1 << 20)

int open_kernel_log(void)
{
	static int opened;
	char levels[64];
	int fd = sys_open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
	int is_quiet = read_file("/proc/sys/kernel/printk", levels, sizeof levels) > 0 && levels[0] >= '0' && levels[0] < '0' + LEVEL_DEFAULT && levels[1] == '\t';
	if (fd >= 0 && (opened || !is_quiet)) sys_call(NR_lseek, fd, 0, 2 /* SEEK_END */, 0, 0);
	opened = 1;
	return fd;
}

/* Documentation/ABI/testing/dev-kmsg: `PREFIX,SEQUENCE,MICROSECONDS,FLAGS;TEXT`; the prefix is 8 * facility + level, the kernel's facility 0. */
static int is_wanted(const char *record) { return record[0] >= '0' && record[0] <= '0' + LEVEL_INFO && record[1] == ','; }

void send_kernel_log(uint32_t session, int fd)
{
	/* The longest record (kernel/printk/printk.c, CONSOLE_EXT_LOG_MAX; PRINTK_MESSAGE_MAX since 6.4). */
	static char record[8192];
	static uint8_t data[MAX_DATA];
	size_t used = 0, total = 0;
	while (fd >= 0 && total < MOST_READ) {
		long got = sys_read(fd, record, sizeof record - 1);
		/* The next ones have been overwritten: it continues with the oldest that is left. */
		if (got == -EPIPE || got == -EINTR) continue;
		if (got <= 0) break;
		total += (size_t)got;
		record[got] = 0;
		if (!is_wanted(record)) continue;
		/* Lines after the first say which device it is. */
		char *end = find(record, '\n');
		size_t size = end ? (size_t)(end - record) + 1 : (size_t)got;
		if (used + size > sizeof data) {
			send_frame(F_KERNEL_LOG, session, data, used);
			used = 0;
		}
		memcpy(data + used, record, size);
		used += size;
	}
	if (used > 0) send_frame(F_KERNEL_LOG, session, data, used);
}
