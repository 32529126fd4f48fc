/* Commands that the host asked for: many at once, each with its own streams and credit. */
#pragma once
#include "channel.h"
#include "sys.h"

#define MAX_SESSIONS 256

void session_start(const struct frame *frame);
/* The clock is right: commands that were started meanwhile begin. */
void sessions_clock_checked(void);
void session_stdin(const struct frame *frame);
void session_stdin_eof(uint32_t id);
/* Signal 0: a command that has ended does not wait for its orphans any longer. */
void session_kill(uint32_t id, int signal);
void session_resize(uint32_t id, int columns, int rows);
void session_credit(const struct frame *frame);
void session_close(uint32_t id);

/* Whether this command has not ended as far as the host knows. */
int session_runs(uint32_t id);

/* Adds what there is to wait for; the count. `limit` becomes the longest wait in milliseconds (-1: none). */
int sessions_poll(struct pollfd *fds, int *limit);
/* Notes which of them became ready. */
void sessions_polled(void);
/* Moves bytes for every descriptor that is ready, and ends sessions that have nothing more to send. */
void sessions_move(void);
/* Sends what the kernel has logged under the commands that are running. */
void sessions_send_logs(void);
/* Takes the status of every child that has ended. */
void reap_children(void);
