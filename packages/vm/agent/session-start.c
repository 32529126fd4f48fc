/* A command becomes a process with pipes or a terminal. */
#include "clock.h"
#include "command.h"
#include "files.h"
#include "held.h"
#include "kernel-log.h"
#include "root.h"
#include "session.h"
#include "text.h"

static void refuse(uint32_t id, const char *message) { send_frame(F_REFUSED, id, message, length(message)); }

static void set_nonblocking(int fd) { sys_fcntl(fd, 4 /* F_SETFL */, O_RDWR | O_NONBLOCK); }

/* A terminal pair: our end, and `other` for the command. */
static int open_terminal(int *other, int columns, int rows)
{
	struct winsize size = { (uint16_t)rows, (uint16_t)columns, 0, 0 };
	char path[32];
	int number = 0, unlock = 0;
	int master = sys_open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
	if (master < 0 || !exists("/dev/pts/ptmx")) {
		mount_devpts();
		close_fd(&master);
		master = sys_open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
	}
	if (master < 0) return master;
	sys_ioctl(master, TIOCSPTLCK, &unlock);
	sys_ioctl(master, TIOCGPTN, &number);
	sys_ioctl(master, TIOCSWINSZ, &size);
	*other = sys_open(format(path, sizeof path, "/dev/pts/%d", number), O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
	if (*other < 0) close_fd(&master);
	return *other < 0 ? *other : master;
}

/* Commands that were started wait here until the clock is right. */
static int gate[2] = { -1, -1 };

void sessions_clock_checked(void)
{
	/* One byte for each, and for none: which other process holds the other end does not matter. */
	static const uint8_t passes[MAX_SESSIONS];
	if (gate[1] >= 0) sys_write(gate[1], passes, sizeof passes);
	close_fd(&gate[0]);
	close_fd(&gate[1]);
}

struct streams { int in, out, err; };

__attribute__((noreturn)) static void become_command(struct command *command, struct streams streams, int waits)
{
	char pass;
	int in, out, err;
	sys_setsid();
	if (waits) sys_read(gate[0], &pass, 1);
	default_signal(SIGPIPE);
	default_signal(SIGCHLD);
	write_text("/proc/self/oom_score_adj", "0");
	if (command->flags & START_FRESH) forget_cached();
	/* Above 2 first: the descriptors may be 0, 1 or 2 themselves. */
	in = sys_fcntl(streams.in, 0 /* F_DUPFD */, 3);
	out = sys_fcntl(streams.out, 0, 3);
	err = sys_fcntl(streams.err, 0, 3);
	sys_dup2(in, 0);
	sys_dup2(out, 1);
	sys_dup2(err, 2);
	sys_close(in);
	sys_close(out);
	sys_close(err);
	if (command->flags & START_TTY) sys_ioctl(0, TIOCSCTTY, 0);
	run_command(command);
}

void session_start(const struct frame *frame)
{
	struct command command;
	struct session *session = 0;
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 }, started[2] = { -1, -1 };
	int failed = 0;
	char message[128];
	if (parse_command(&command, frame->data, frame->size) < 0) return refuse(frame->session, "the command has too many words, or is malformed");
	for (int i = 0; i < MAX_SESSIONS && !session; i++) if (!sessions[i].used) session = &sessions[i];
	if (!session) return refuse(frame->session, "256 commands are running in the guest already");
	int tty = (command.flags & START_TTY) != 0;
	if (tty) {
		out[0] = open_terminal(&out[1], command.columns, command.rows);
		failed = out[0] < 0 ? out[0] : 0;
		if (!failed) in[1] = sys_fcntl(out[0], 1030 /* F_DUPFD_CLOEXEC */, 3);
	} else {
		failed = sys_pipe(out, O_CLOEXEC);
		if (!failed) failed = sys_pipe(err, O_CLOEXEC);
		if (!failed && command.flags & START_STDIN) failed = sys_pipe(in, O_CLOEXEC);
		else if (!failed && (in[0] = sys_open("/dev/null", O_RDONLY | O_CLOEXEC, 0)) < 0) failed = in[0];
	}
	if (command.flags & START_FRESH) hold_files(command.held, command.held_size);
	int waits = clock_check() && (gate[0] >= 0 || sys_pipe(gate, O_CLOEXEC) >= 0);
	int log = command.flags & START_LOGGED ? open_kernel_log() : -1;
	/* Without it a command is taken for started. */
	if (!failed) sys_pipe(started, O_CLOEXEC | O_NONBLOCK);
	int pid = failed ? -1 : sys_fork();
	if (pid == 0) {
		report_not_started(started[1]);
		if (tty) become_command(&command, (struct streams){ out[1], out[1], out[1] }, waits);
		become_command(&command, (struct streams){ in[0], out[1], err[1] }, waits);
	}
	close_fd(&in[0]);
	close_fd(&out[1]);
	close_fd(&err[1]);
	close_fd(&started[1]);
	if (pid < 0) {
		close_fd(&started[0]);
		close_fd(&log);
		close_fd(&in[1]);
		close_fd(&out[0]);
		close_fd(&err[0]);
		return refuse(frame->session, format(message, sizeof message, tty ? "no terminal in the guest: %s" : "cannot start a process: %s", reason(failed ? failed : pid)));
	}
	*session = (struct session){ .id = frame->session, .used = 1, .pid = pid, .tty = tty, .announced = (command.flags & START_ANNOUNCED) != 0, .in = in[1], .started = started[0], .log = log };
	session->stream[OUT] = (struct stream){ .fd = out[0], .credit = WINDOW };
	session->stream[ERR] = (struct stream){ .fd = err[0], .credit = WINDOW };
	set_nonblocking(out[0]);
	if (err[0] >= 0) set_nonblocking(err[0]);
	if (in[1] >= 0) set_nonblocking(in[1]);
}
