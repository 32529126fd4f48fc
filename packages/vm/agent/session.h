/* One command and its streams: what the parts of the session code share. */
#pragma once
#include "sessions.h"

/* Bytes that one side may send before the other has used them: nothing is ever lost, nothing blocks the channel. */
#define WINDOW (256 << 10)

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
	int used, pid, tty, announced;
	int dead, status;
	int hung_up;          /* no process holds the other end of the terminal */
	int deaf;             /* the host does not listen: output is dropped */
	int exited;           /* EXIT was sent; what an orphan still writes is dropped */
	int started;          /* one byte says why the command was not; -1: nothing is known */
	int written_back;     /* what the command wrote to the host's directories has arrived, or is lost */
	int writeback_pid, writeback_code;
	int log;              /* the kernel's log since the start; -1: not asked for */
	int64_t give_up_at;   /* when to stop waiting for orphans */
	int64_t longest_at;   /* the latest that this becomes */
	struct stream stream[2];
	int in, in_ready, in_eof;
	uint32_t in_start, in_end;
};

extern struct session sessions[MAX_SESSIONS];

/* The session that still talks to the host, or 0. */
struct session *find_session(uint32_t id);
void close_fd(int *fd);
/* Some process still holds the command's output. */
int is_open(const struct session *session);
/* Orphans of a command that has ended get more time: they write. */
void note_output(struct session *session);

/* session-input.c: what waits goes into the command, and its end once nothing waits. */
void write_stdin(struct session *session);
void close_stdin(struct session *session);
/* session-output.c: one block of a stream on its way. */
void move_stream(struct session *session, int which);
/* session-exit.c: waits for what the command wrote to the host's directories, then sends its end. */
void send_exit(struct session *session);
