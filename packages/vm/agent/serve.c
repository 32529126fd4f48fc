#include "serve.h"
#include "channel.h"
#include "clock.h"
#include "files.h"
#include "kernel-lacks.h"
#include "root.h"
#include "sessions.h"
#include "setup.h"
#include "sys.h"
#include "text.h"
#include "writeback.h"

int wait_for_host(int milliseconds)
{
	static int port = -1;
	int64_t limit = monotonic_ms() + milliseconds;
	do {
		/* A kernel worker adds the port some time after boot (drivers/char/virtio_console.c, control_work_handler). */
		if (port < 0) port = find_port();
		if (port >= 0 && host_connected(port)) {
			channel_open(port);
			return port;
		}
		sleep_ms(2);
	} while (monotonic_ms() < limit);
	return -1;
}

/* Processes get the chance to end, the file systems are written and, where possible, made read-only. */
__attribute__((noreturn)) static void shut_down(void)
{
	struct pollfd none;
	int status;
	if (sys_getpid() != 1 && exists("/run/systemd/system")) {
		/* systemd starts poweroff.target on SIGRTMIN+4 (systemd(1)); the host ends QEMU when that takes too long. */
		sys_kill(1, 34 + 4);
		for (;;) {
			int next = watch_writeback();
			sys_poll(&none, 0, next < 0 ? 100 : next);
			reap_children();
			channel_flush();
		}
	}
	sys_kill(-1, SIGTERM);
	for (int i = 0; i < 50; i++) {
		int pid;
		while ((pid = sys_wait(-1, &status, WNOHANG)) > 0) ;
		/* No child is left. */
		if (pid < 0) break;
		sleep_ms(10);
	}
	sys_kill(-1, SIGKILL);
	sys_sync();
	sys_mount(0, "/", 0, MS_REMOUNT | MS_RDONLY, 0);
	power_off();
}

/* Letters of /proc/sysrq-trigger (Documentation/admin-guide/sysrq.rst): t all tasks, w blocked tasks, l backtraces. */
static void dump(const struct frame *frame)
{
	int fd = sys_open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC, 0);
	if (fd < 0) return log_line("no /proc/sysrq-trigger: the kernel lacks MAGIC_SYSRQ");
	for (uint32_t i = 0; i < frame->size; i++) sys_write(fd, frame->data + i, 1);
	sys_close(fd);
}

/* Of a session: whether its command is still running. Any process of root can write to our port, but then we know better. */
static void answer_ping(const struct frame *frame)
{
	uint8_t running = (uint8_t)session_runs(frame->session);
	if (frame->session) send_frame(F_PONG, frame->session, &running, 1);
	else send_frame(F_PONG, 0, frame->data, frame->size);
}

static void handle(const struct frame *frame)
{
	switch ((int)frame->type) {
	case F_START: return session_start(frame);
	case F_STDIN: return session_stdin(frame);
	case F_STDIN_EOF: return session_stdin_eof(frame->session);
	case F_KILL: if (frame->size >= 4) session_kill(frame->session, (int)get32(frame->data)); return;
	case F_RESIZE: if (frame->size >= 8) session_resize(frame->session, (int)get32(frame->data), (int)get32(frame->data + 4)); return;
	case F_CREDIT: return session_credit(frame);
	case F_CLOSE: return session_close(frame->session);
	case F_PING:
		answer_ping(frame);
		/* In time for a guest that ends together with its command. */
		if (!frame->session) sessions_send_logs();
		clock_check();
		return;
	case F_CLOCK: if (clock_checked(frame)) sessions_clock_checked(); return;
	case F_DUMP: return dump(frame);
	case F_SHUTDOWN: shut_down();
	default: log_line("unknown message %d from the host", frame->type);
	}
}

__attribute__((noreturn)) static void fail(const char *problem)
{
	/* The longest problem, NUL, all that the kernel can lack, NUL, the longest name. */
	static char data[1024 + 128 + 32];
	const char *lacking = kernel_lacks(), *of_root = root_lacks();
	size_t end = length(format(data, 1024, "%s", problem));
	log_line("%s", problem);
	if (*lacking || *of_root) end += 1 + length(format(data + end + 1, 128, "%s", lacking));
	if (*of_root) end += 1 + length(format(data + end + 1, 32, "%s", of_root));
	send_frame(F_FAILED, 0, data, end);
	channel_drain(2000);
	/* The host ends QEMU as soon as it has read this; without one the guest must not stay. */
	for (int i = 0; i < 200 && host_connected(channel_fd()); i++) sleep_ms(10);
	power_off();
}

void greet(const char *problem)
{
	struct frame frame;
	struct utsname name;
	uint8_t hello[4 + sizeof name.release];
	char trouble[512] = "";
	sys_call(NR_uname, (long)&name, 0, 0, 0, 0);
	put32(hello, PROTOCOL_VERSION);
	memcpy(hello + 4, name.release, length(name.release));
	send_frame(F_HELLO, 0, hello, 4 + length(name.release));
	if (*problem) fail(problem);
	int clock_set = 0, set_up = 0;
	clock_ask();
	for (;;) {
		while (next_frame(&frame)) {
			if (frame.type == F_PING) send_frame(F_PONG, frame.session, frame.data, frame.size);
			if (frame.type == F_SHUTDOWN) shut_down();
			if (frame.type == F_CLOCK) clock_set = clock_answer(&frame);
			else if (frame.type == F_SETUP && apply_setup(&frame, trouble, sizeof trouble) < 0) fail(trouble);
			else if (frame.type == F_SETUP) set_up = 1;
			/* The clock first: commands and an init of the root begin with the right time. */
			if (!clock_set || !set_up) continue;
			send_frame(F_READY, 0, 0, 0);
			return;
		}
		struct pollfd poll = { channel_fd(), (short)(POLLIN | (channel_pending() ? POLLOUT : 0)), 0 };
		sys_poll(&poll, 1, -1);
		channel_flush();
		if ((poll.revents & (POLLIN | POLLHUP)) && !channel_fill()) power_off();
	}
}

static int wake[2];

static void child_ended(int signal)
{
	(void)signal;
	sys_write(wake[1], "", 1);
}

void serve(int beside_init)
{
	static struct pollfd fds[2 + 3 * MAX_SESSIONS];
	struct frame frame;
	uint8_t drop[64];
	int limit;
	sys_pipe(wake, O_CLOEXEC | O_NONBLOCK);
	on_signal(SIGCHLD, child_ended);
	/* Children that ended before the handler was set. */
	reap_children();
	for (;;) {
		/* A SETUP may have been read together with what follows it. */
		while (next_frame(&frame)) handle(&frame);
		int count = 2 + sessions_poll(fds + 2, &limit), next = beside_init ? watch_writeback() : -1;
		if (next >= 0 && (limit < 0 || next < limit)) limit = next;
		fds[0] = (struct pollfd){ channel_fd(), (short)(POLLIN | (channel_pending() ? POLLOUT : 0)), 0 };
		fds[1] = (struct pollfd){ wake[0], POLLIN, 0 };
		if (sys_poll(fds, (unsigned)count, limit) < 0) for (int i = 0; i < count; i++) fds[i].revents = 0;
		sessions_polled();
		/* The host is gone: this guest is not needed any more. */
		if ((fds[0].revents & (POLLIN | POLLHUP)) && !channel_fill()) power_off();
		channel_flush();
		while (sys_read(wake[0], drop, sizeof drop) > 0) ;
		reap_children();
		sessions_move();
	}
}
