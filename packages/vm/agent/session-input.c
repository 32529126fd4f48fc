/* From the host into a command: kept until the command takes it, with credit given back for what it took. */
#include "files.h"
#include "session.h"
#include "text.h"

static uint8_t waiting[MAX_SESSIONS][WINDOW];

static uint8_t *waiting_for(struct session *session) { return waiting[session - sessions]; }

static void grant_stdin(struct session *session, uint32_t bytes)
{
	uint8_t credit[8];
	if (bytes == 0) return;
	put32(credit, 0);
	put32(credit + 4, bytes);
	send_frame(F_CREDIT, session->id, credit, sizeof credit);
}

void close_stdin(struct session *session)
{
	/* A terminal has no end: its end-of-file character says it (Ctrl-D, termios VEOF). */
	if (session->tty && !session->dead && session->in >= 0) sys_write(session->in, "\004", 1);
	close_fd(&session->in);
	session->in_start = session->in_end = 0;
}

void write_stdin(struct session *session)
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
