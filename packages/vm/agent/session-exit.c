/* The end of a command: its status, what it wrote, and what it leaves. */
#include "command.h"
#include "files.h"
#include "kernel-log.h"
#include "session.h"
#include "text.h"
#include "writeback.h"

/* In guest memory unless the host has mounted a directory of its own there (packages/vm/src/resolve/resolve-shares.ts). */
#define ARTIFACTS "/run/kernelkit/artifacts"
enum { EXIT_ARTIFACTS = 1, EXIT_OUTPUT_OPEN = 2, EXIT_NOT_STARTED = 8 /* first of eight bits */ };

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

void send_exit(struct session *session)
{
	uint8_t exit[36 + 4 + 64];
	size_t size = 36;
	int lost_reason = 0;
	uint8_t not_started = STARTED;
	if (!session->written_back && session->writeback_pid == 0) {
		session->writeback_pid = start_writeback();
		/* Without the process that would know nothing is known. */
		if (session->writeback_pid <= 0) session->written_back = 1;
	}
	if (!session->written_back) return;
	const char *tag = lost_tag(session->writeback_code, &lost_reason);
	if (!tag) tag = lost_meanwhile(&lost_reason);
	put32(exit, (uint32_t)exit_code(session->status));
	put32(exit + 4, (uint32_t)session->status & 0x7f);
	put64(exit + 8, session->stream[OUT].bytes);
	put64(exit + 16, session->stream[ERR].bytes);
	put64(exit + 24, read_tainted());
	sys_read(session->started, &not_started, 1);
	close_fd(&session->started);
	uint32_t flags = (has_entries(ARTIFACTS) ? EXIT_ARTIFACTS : 0) | (is_open(session) && !session->tty ? EXIT_OUTPUT_OPEN : 0);
	put32(exit + 32, flags | (uint32_t)not_started << EXIT_NOT_STARTED);
	if (session->announced) log_command_end(session->status);
	send_kernel_log(session->id, session->log);
	close_fd(&session->log);
	if (tag) {
		put32(exit + size, (uint32_t)lost_reason);
		format((char *)exit + size + 4, 64, "%s", tag);
		size += 4 + length(tag);
	}
	send_frame(F_EXIT, session->id, exit, size);
	session->exited = 1;
	close_stdin(session);
}
