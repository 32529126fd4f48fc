/* From a command to the host, as far as the host has given credit. */
#include "session.h"
#include "text.h"

static uint8_t block[MAX_DATA];

void session_credit(const struct frame *frame)
{
	struct session *session = find_session(frame->session);
	if (!session || frame->size < 8) return;
	session->stream[get32(frame->data) == 2 ? ERR : OUT].credit += get32(frame->data + 4);
}

void move_stream(struct session *session, int which)
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
	if (session->dead) note_output(session);
	stream->bytes += (uint64_t)got;
	stream->left -= (int)got;
	if (dropped) return;
	stream->credit -= (uint32_t)got;
	send_frame(which == OUT ? F_STDOUT : F_STDERR, session->id, block, (size_t)got);
}
