#include "writeback.h"
#include "channel.h"
#include "command.h"
#include "params.h"
#include "sys.h"
#include "text.h"

static struct { const char *tag; int fd; } watched[MAX_MOUNTS + 1];
static int watched_count;

/* An exit status has eight bits: which of these, counted from 1, and which mount. */
static const int reasons[] = { ENOSPC, EDQUOT, EFBIG, EIO };
#define REASONS ((int)(sizeof reasons / sizeof *reasons))
/* The root and 32 shares (params.h): six bits. */
#define MOUNT_BITS 6

void watch_writes(const char *tag, const char *place)
{
	int fd = sys_open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0 || watched_count == MAX_MOUNTS + 1) return;
	watched[watched_count].tag = tag;
	watched[watched_count++].fd = fd;
}

int start_writeback(void)
{
	if (watched_count == 0) return 0;
	int pid = sys_fork();
	if (pid != 0) return pid;
	/* In a process of its own: this may take minutes, and the host must not take that for a hang. */
	int code = 0;
	for (int i = 0; i < watched_count; i++) {
		int answer = (int)sys_call(NR_syncfs, watched[i].fd, 0, 0, 0, 0), which = 0;
		if (answer >= 0 || code != 0) continue;
		/* Any other error counts as EIO, the last one. */
		while (which < REASONS - 1 && answer != -reasons[which]) which++;
		code = (i + 1) | which << MOUNT_BITS;
	}
	sys_exit(code);
}

/* Writes that an ending init does not wait for are seen within this time, or not at all. */
#define WATCH_MS 1000

static int watch_pid, found;
static int64_t watch_at;

int watch_writeback(void)
{
	if (watched_count == 0) return -1;
	int64_t now = monotonic_ms();
	/* One at a time, however long it takes; its end is a signal. */
	if (watch_pid > 0) return -1;
	if (now < watch_at) return (int)(watch_at - now);
	watch_pid = start_writeback();
	watch_at = now + WATCH_MS;
	return watch_pid > 0 ? -1 : WATCH_MS;
}

int watched_writeback_ended(int pid, int status)
{
	uint8_t lost[4 + 64];
	int errno_of_host = 0;
	if (pid != watch_pid) return 0;
	watch_pid = 0;
	const char *tag = lost_tag(exit_code(status), &errno_of_host);
	if (!tag) return 1;
	found = exit_code(status);
	put32(lost, (uint32_t)errno_of_host);
	format((char *)lost + 4, 64, "%s", tag);
	send_frame(F_WRITES_LOST, 0, lost, 4 + length(tag));
	return 1;
}

const char *lost_meanwhile(int *reason)
{
	const char *tag = lost_tag(found, reason);
	found = 0;
	return tag;
}

const char *lost_tag(int exit_code, int *reason)
{
	int mount = exit_code & ((1 << MOUNT_BITS) - 1);
	if (mount == 0 || mount > watched_count) return 0;
	*reason = reasons[exit_code >> MOUNT_BITS & 3];
	return watched[mount - 1].tag;
}
