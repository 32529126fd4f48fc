#include "sessions.h"
#include "command.h"
#include "files.h"
#include "root.h"
#include "text.h"

/* Bytes that one side may send before the other has used them: nothing is ever lost, nothing blocks the channel. */
#define WINDOW (256 << 10)
/* A finished command's output ends here although some orphan still holds the pipe. */
#define ORPHAN_WAIT_MS 200

enum { OUT, ERR };

struct stream {
	int fd;
	uint32_t credit;
	uint64_t bytes;
	int left;             /* bytes in the pipe when the command died: all of them are sent */
	int ready;
};

struct session {
	uint32_t id;
	int used, pid, tty;
	int dead, status;
	int hung_up;          /* nobody holds the other end of the terminal */
	int deaf;             /* nobody listens: output is dropped */
	int exited;           /* EXIT was sent; what an orphan still writes is dropped */
	int64_t give_up_at;   /* when to stop waiting for orphans */
	struct stream stream[2];
	int in, in_ready, in_eof;
	uint32_t in_start, in_end;
};

static struct session sessions[MAX_SESSIONS];
static uint8_t waiting[MAX_SESSIONS][WINDOW];
static uint8_t block[MAX_DATA];
static struct { struct pollfd *first; } polled;

static struct session *find_session(uint32_t id)
{
	for (int i = 0; i < MAX_SESSIONS; i++) if (sessions[i].used && !sessions[i].exited && sessions[i].id == id) return &sessions[i];
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0) sys_close(*fd);
	*fd = -1;
}

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

__attribute__((noreturn)) static void become_command(struct command *command, int in, int out, int err)
{
	sys_setsid();
	default_signal(SIGPIPE);
	default_signal(SIGCHLD);
	write_text("/proc/self/oom_score_adj", "0");
	/* Above 2 first: the descriptors may be 0, 1 or 2 themselves. */
	in = sys_fcntl(in, 0 /* F_DUPFD */, 3);
	out = sys_fcntl(out, 0, 3);
	err = sys_fcntl(err, 0, 3);
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
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
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
	int pid = failed ? -1 : sys_fork();
	if (pid == 0) {
		if (tty) become_command(&command, out[1], out[1], out[1]);
		become_command(&command, in[0], out[1], err[1]);
	}
	close_fd(&in[0]);
	close_fd(&out[1]);
	close_fd(&err[1]);
	if (pid < 0) {
		close_fd(&in[1]);
		close_fd(&out[0]);
		close_fd(&err[0]);
		return refuse(frame->session, format(message, sizeof message, tty ? "no terminal in the guest: %s" : "cannot start a process: %s", reason(failed ? failed : pid)));
	}
	*session = (struct session){ .id = frame->session, .used = 1, .pid = pid, .tty = tty, .in = in[1] };
	session->stream[OUT] = (struct stream){ .fd = out[0], .credit = WINDOW };
	session->stream[ERR] = (struct stream){ .fd = err[0], .credit = WINDOW };
	set_nonblocking(out[0]);
	if (err[0] >= 0) set_nonblocking(err[0]);
	if (in[1] >= 0) set_nonblocking(in[1]);
}

static uint8_t *waiting_for(struct session *session) { return waiting[session - sessions]; }

static void grant_stdin(struct session *session, uint32_t bytes)
{
	uint8_t credit[8];
	if (bytes == 0) return;
	put32(credit, 0);
	put32(credit + 4, bytes);
	send_frame(F_CREDIT, session->id, credit, sizeof credit);
}

static void close_stdin(struct session *session)
{
	/* A terminal has no end: its end-of-file character says it (Ctrl-D, termios VEOF). */
	if (session->tty && !session->dead && session->in >= 0) sys_write(session->in, "\004", 1);
	close_fd(&session->in);
	session->in_start = session->in_end = 0;
}

static void write_stdin(struct session *session)
{
	uint32_t before = session->in_start;
	while (session->in >= 0 && session->in_start < session->in_end) {
		long put = sys_write(session->in, waiting_for(session) + session->in_start, session->in_end - session->in_start);
		if (put == -EAGAIN || put == -EINTR) break;
		if (put < 0) {
			/* The command has closed its input: the host need not read any further. */
			close_fd(&session->in);
			session->in_start = session->in_end = 0;
			send_frame(F_STDIN_CLOSED, session->id, 0, 0);
			return;
		}
		session->in_start += (uint32_t)put;
	}
	grant_stdin(session, session->in_start - before);
	if (session->in_start == session->in_end) {
		session->in_start = session->in_end = 0;
		if (session->in_eof) close_stdin(session);
	}
}

void session_stdin(const struct frame *frame)
{
	struct session *session = find_session(frame->session);
	if (!session || session->in < 0) return;
	uint8_t *buffer = waiting_for(session);
	if (session->in_end + frame->size > WINDOW) {
		memmove(buffer, buffer + session->in_start, session->in_end - session->in_start);
		session->in_end -= session->in_start;
		session->in_start = 0;
	}
	if (session->in_end + frame->size > WINDOW) {
		log_line("the host sent more input than it had credit for; powering off");
		power_off();
	}
	memcpy(buffer + session->in_end, frame->data, frame->size);
	session->in_end += frame->size;
	write_stdin(session);
}

void session_stdin_eof(uint32_t id)
{
	struct session *session = find_session(id);
	if (!session) return;
	session->in_eof = 1;
	if (session->in_start == session->in_end) close_stdin(session);
}

void session_kill(uint32_t id, int signal)
{
	struct session *session = find_session(id);
	if (session && !session->dead) sys_kill(-session->pid, signal);
}

void session_resize(uint32_t id, int columns, int rows)
{
	struct session *session = find_session(id);
	struct winsize size = { (uint16_t)rows, (uint16_t)columns, 0, 0 };
	if (session && session->tty) sys_ioctl(session->stream[OUT].fd, TIOCSWINSZ, &size);
}

void session_credit(const struct frame *frame)
{
	struct session *session = find_session(frame->session);
	if (!session || frame->size < 8) return;
	session->stream[get32(frame->data) == 2 ? ERR : OUT].credit += get32(frame->data + 4);
}

void session_close(uint32_t id)
{
	struct session *session = find_session(id);
	if (!session) return;
	session->deaf = 1;
	close_stdin(session);
	if (!session->dead) sys_kill(-session->pid, SIGHUP);
}

/* One block of a stream on its way. */
static void move_stream(struct session *session, int which)
{
	struct stream *stream = &session->stream[which];
	int dropped = session->deaf || session->exited;
	if (stream->fd < 0 || (!dropped && (stream->credit == 0 || !channel_has_room()))) return;
	size_t size = dropped || stream->credit > sizeof block ? sizeof block : stream->credit;
	long got = sys_read(stream->fd, block, size);
	if (got == -EAGAIN || got == -EINTR) return;
	if (got <= 0) {
		/*
		 * -EIO from a terminal: its last user has closed it, perhaps by ending. It is closed once the command is reaped:
		 * before, the hang-up that comes with it would reach a command that is on its way out and spoil its status.
		 */
		if (session->tty) session->hung_up = 1;
		else close_fd(&stream->fd);
		return;
	}
	if (session->exited) return;
	stream->bytes += (uint64_t)got;
	stream->left -= (int)got;
	if (dropped) return;
	stream->credit -= (uint32_t)got;
	send_frame(which == OUT ? F_STDOUT : F_STDERR, session->id, block, (size_t)got);
}

static void put64(uint8_t *bytes, uint64_t value)
{
	put32(bytes, (uint32_t)value);
	put32(bytes + 4, (uint32_t)(value >> 32));
}

static uint64_t read_tainted(void)
{
	char text[32];
	uint64_t value = 0;
	read_file("/proc/sys/kernel/tainted", text, sizeof text);
	for (char *at = text; *at >= '0' && *at <= '9'; at++) value = value * 10 + (uint64_t)(*at - '0');
	return value;
}

static void send_exit(struct session *session)
{
	uint8_t exit[32];
	int signal = session->status & 0x7f;
	put32(exit, signal ? 128u + (uint32_t)signal : (uint32_t)(session->status >> 8) & 0xff);
	put32(exit + 4, (uint32_t)signal);
	put64(exit + 8, session->stream[OUT].bytes);
	put64(exit + 16, session->stream[ERR].bytes);
	put64(exit + 24, read_tainted());
	send_frame(F_EXIT, session->id, exit, sizeof exit);
	session->exited = 1;
	close_stdin(session);
}

static int is_open(const struct session *session) { return session->stream[OUT].fd >= 0 || session->stream[ERR].fd >= 0; }

static int is_drained(const struct session *session)
{
	if (session->deaf) return 1;
	for (int which = OUT; which <= ERR; which++) if (session->stream[which].fd >= 0 && session->stream[which].left > 0) return 0;
	return 1;
}

void sessions_move(void)
{
	for (int i = 0; i < MAX_SESSIONS; i++) {
		struct session *session = &sessions[i];
		if (!session->used) continue;
		if (session->in_ready) write_stdin(session);
		/* One block per turn, so that no session waits for a loud one. */
		for (int which = OUT; which <= ERR; which++) if (session->stream[which].ready) move_stream(session, which);
		if (session->dead && session->hung_up) close_fd(&session->stream[OUT].fd);
		if (session->dead && !session->exited && (!is_open(session) || (is_drained(session) && monotonic_ms() >= session->give_up_at))) {
			send_exit(session);
		}
		/* Orphans keep their pipe: a closed one would end them with SIGPIPE. */
		if (session->exited && !is_open(session)) session->used = 0;
	}
}

int sessions_poll(struct pollfd *fds, int *limit)
{
	int count = 0;
	polled.first = fds;
	*limit = -1;
	for (int i = 0; i < MAX_SESSIONS; i++) {
		struct session *session = &sessions[i];
		if (!session->used) continue;
		int dropped = session->deaf || session->exited;
		for (int which = OUT; which <= ERR; which++) {
			struct stream *stream = &session->stream[which];
			stream->ready = 0;
			int wanted = stream->fd >= 0 && !session->hung_up && (dropped || (stream->credit > 0 && channel_has_room()));
			if (wanted) fds[count++] = (struct pollfd){ stream->fd, POLLIN, 0 };
			stream->ready = wanted ? count : 0;
		}
		session->in_ready = 0;
		if (session->in >= 0 && session->in_start < session->in_end) {
			fds[count++] = (struct pollfd){ session->in, POLLOUT, 0 };
			session->in_ready = count;
		}
		if (session->dead && !session->exited && is_drained(session)) {
			int left = (int)(session->give_up_at - monotonic_ms());
			if (*limit < 0 || left < *limit) *limit = left < 0 ? 0 : left;
		}
	}
	return count;
}

void sessions_polled(void)
{
	for (int i = 0; i < MAX_SESSIONS; i++) {
		struct session *session = &sessions[i];
		if (!session->used) continue;
		for (int which = OUT; which <= ERR; which++) {
			struct stream *stream = &session->stream[which];
			if (stream->ready) stream->ready = polled.first[stream->ready - 1].revents != 0;
		}
		if (session->in_ready) session->in_ready = polled.first[session->in_ready - 1].revents != 0;
	}
}

void reap_children(void)
{
	int status, pid;
	while ((pid = sys_wait(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < MAX_SESSIONS; i++) {
			struct session *session = &sessions[i];
			if (!session->used || session->dead || session->pid != pid) continue;
			session->dead = 1;
			session->status = status;
			session->give_up_at = monotonic_ms() + ORPHAN_WAIT_MS;
			for (int which = OUT; which <= ERR; which++) {
				int left = 0;
				if (session->stream[which].fd >= 0) sys_ioctl(session->stream[which].fd, FIONREAD, &left);
				session->stream[which].left = left;
			}
		}
	}
}
