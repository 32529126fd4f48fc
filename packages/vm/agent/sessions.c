#include "command.h"
#include "kernel-log.h"
#include "session.h"
#include "writeback.h"

/*
 * A finished command's output ends although some orphan still holds the pipe: when nothing has come for so long (a filter that the command
 * has started, `exec > >(sed …)`, still works), and at last although something still comes.
 */
#define ORPHAN_QUIET_MS 2000
#define ORPHAN_LONGEST_MS 30000

struct session sessions[MAX_SESSIONS];
static struct { struct pollfd *first; } polled;

struct session *find_session(uint32_t id)
{
	for (int i = 0; i < MAX_SESSIONS; i++) if (sessions[i].used && !sessions[i].exited && sessions[i].id == id) return &sessions[i];
	return 0;
}

int session_runs(uint32_t id) { return find_session(id) != 0; }

void close_fd(int *fd)
{
	if (*fd >= 0) sys_close(*fd);
	*fd = -1;
}

/* A command that was started this moment may not lead its process group yet. */
static void signal_command(int pid, int signal)
{
	if (sys_kill(-pid, signal) < 0) sys_kill(pid, signal);
}

void session_kill(uint32_t id, int signal)
{
	struct session *session = find_session(id);
	if (session && !session->dead) signal_command(session->pid, signal);
	else if (session && signal == 0) session->give_up_at = session->longest_at = monotonic_ms();
}

void session_resize(uint32_t id, int columns, int rows)
{
	struct session *session = find_session(id);
	struct winsize size = { (uint16_t)rows, (uint16_t)columns, 0, 0 };
	if (session && session->tty) sys_ioctl(session->stream[OUT].fd, TIOCSWINSZ, &size);
}

void session_close(uint32_t id)
{
	struct session *session = find_session(id);
	if (!session) return;
	session->deaf = 1;
	close_stdin(session);
	if (!session->dead) signal_command(session->pid, SIGHUP);
}

int is_open(const struct session *session) { return session->stream[OUT].fd >= 0 || session->stream[ERR].fd >= 0; }

void note_output(struct session *session)
{
	int64_t quiet_at = monotonic_ms() + ORPHAN_QUIET_MS;
	session->give_up_at = quiet_at < session->longest_at ? quiet_at : session->longest_at;
}

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
		/* The end of the writeback comes as a signal. */
		if (session->dead && !session->exited && session->writeback_pid <= 0 && is_drained(session)) {
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

void sessions_send_logs(void)
{
	for (int i = 0; i < MAX_SESSIONS; i++) if (sessions[i].used && !sessions[i].exited) send_kernel_log(sessions[i].id, sessions[i].log);
}

void reap_children(void)
{
	int status, pid;
	while ((pid = sys_wait(-1, &status, WNOHANG)) > 0) {
		if (watched_writeback_ended(pid, status)) continue;
		for (int i = 0; i < MAX_SESSIONS; i++) {
			struct session *session = &sessions[i];
			if (session->used && session->writeback_pid == pid) {
				session->written_back = 1;
				session->writeback_code = exit_code(status);
			}
			if (!session->used || session->dead || session->pid != pid) continue;
			session->dead = 1;
			session->status = status;
			session->longest_at = monotonic_ms() + ORPHAN_LONGEST_MS;
			note_output(session);
			for (int which = OUT; which <= ERR; which++) {
				int left = 0;
				if (session->stream[which].fd >= 0) sys_ioctl(session->stream[which].fd, FIONREAD, &left);
				session->stream[which].left = left;
			}
		}
	}
}
