#include "channel.h"
#include "files.h"
#include "sys.h"
#include "text.h"

static int port = -1;
/* Untouched pages of these cost nothing. */
static uint8_t in[MAX_FRAME + HEADER_SIZE + 4096];
static size_t in_start, in_end;
static uint8_t out[1 << 20];
static size_t out_start, out_end;

int find_port(void)
{
	static char entries[4096];
	int found = -1;
	long got;
	int directory = sys_open("/sys/class/virtio-ports", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (directory < 0) return -1;
	while (found < 0 && (got = sys_call(NR_getdents64, directory, (long)entries, sizeof entries, 0, 0)) > 0) {
		for (long at = 0; at < got && found < 0; at += ((struct dirent64 *)(entries + at))->size) {
			const char *entry = ((struct dirent64 *)(entries + at))->name;
			char path[128], name[64];
			if (entry[0] == '.') continue;
			format(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry);
			if (read_file(path, name, sizeof name) < 0 || !begins(name, "kernelkit.agent")) continue;
			format(path, sizeof path, "/dev/%s", entry);
			found = sys_open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
		}
	}
	sys_close(directory);
	return found;
}

int host_connected(int fd)
{
	struct pollfd poll = { fd, POLLIN, 0 };
	return sys_poll(&poll, 1, 0) >= 0 && !(poll.revents & (POLLHUP | POLLERR));
}

void channel_open(int fd) { port = fd; }
int channel_fd(void) { return port; }
size_t channel_pending(void) { return out_end - out_start; }
int channel_has_room(void) { return out_end - out_start < 4 * MAX_DATA; }

void channel_flush(void)
{
	while (out_start < out_end) {
		long put = sys_write(port, out + out_start, out_end - out_start);
		if (put <= 0) return;
		out_start += (size_t)put;
	}
	out_start = out_end = 0;
}

void channel_drain(int milliseconds)
{
	int64_t limit = monotonic_ms() + milliseconds;
	channel_flush();
	while (channel_pending() > 0 && monotonic_ms() < limit) {
		struct pollfd poll = { port, POLLOUT, 0 };
		sys_poll(&poll, 1, 10);
		if (poll.revents & POLLHUP) return;
		channel_flush();
	}
}

void send_frame(enum frame_type type, uint32_t session, const void *data, size_t size)
{
	if (port < 0) return;
	if (out_start > 0 && sizeof out - out_end < size + HEADER_SIZE) {
		memmove(out, out + out_start, out_end - out_start);
		out_end -= out_start;
		out_start = 0;
	}
	/* Data wait for room before they are read; only a host that takes nothing at all gets here. */
	while (sizeof out - out_end < size + HEADER_SIZE) {
		channel_drain(1000);
		if (!host_connected(port)) power_off();
	}
	put32(out + out_end, (uint32_t)size);
	put32(out + out_end + 4, FRAME_MARK << 16 | type);
	put32(out + out_end + 8, session);
	memcpy(out + out_end + HEADER_SIZE, data, size);
	out_end += HEADER_SIZE + size;
	channel_flush();
}

int channel_fill(void)
{
	if (in_start > 0) {
		memmove(in, in + in_start, in_end - in_start);
		in_end -= in_start;
		in_start = 0;
	}
	long got = sys_read(port, in + in_end, sizeof in - in_end);
	if (got == -EAGAIN || got == -EINTR) return 1;
	/* 0: the host's end is closed (drivers/char/virtio_console.c, port_fops_read). */
	if (got <= 0) return 0;
	in_end += (size_t)got;
	return 1;
}

int next_frame(struct frame *frame)
{
	uint8_t *at = in + in_start;
	if (in_end - in_start < HEADER_SIZE) return 0;
	uint32_t size = get32(at), mark = get32(at + 4);
	if (mark >> 16 != FRAME_MARK || size > MAX_FRAME) {
		log_line("the agent channel is out of step; powering off");
		power_off();
	}
	if (in_end - in_start < HEADER_SIZE + size) return 0;
	*frame = (struct frame){ mark & 0xffff, get32(at + 8), at + HEADER_SIZE, size };
	in_start += HEADER_SIZE + size;
	return 1;
}
