/* One command, from its START frame to execve. */
#pragma once
#include <stdint.h>

#define MAX_WORDS 8192

/*
 * ANNOUNCED: its end is printed in the kernel's log, after everything that the kernel printed until then.
 * FRESH: it sees files of the host as they are now.
 * LOGGED: the host gets what the kernel logs meanwhile, of which the console may show less.
 */
enum { START_TTY = 1, START_STDIN = 2, START_ANNOUNCED = 4, START_FRESH = 8, START_LOGGED = 16 };

struct command {
	uint32_t flags;
	int columns, rows;
	char *cwd, *user;
	char **argv, **envp;
	/* Of FRESH: files that stay cached (held.h). */
	const uint8_t *held;
	uint32_t held_size;
};

/* Why a command was not started; the host reads the numbers (packages/core/src/agent/not-started.ts). */
enum not_started { STARTED, NOT_IN_PATH, NO_SUCH_FILE, NO_INTERPRETER, NOT_EXECUTABLE, NO_DIRECTORY, NO_USER };
/* In the child: where one byte says why it does not become the command; execve closes it. */
void report_not_started(int fd);

/* 0, or -1 when the frame is malformed. The texts stay in `data`. */
int parse_command(struct command *command, uint8_t *data, uint32_t size);
/* 0-255 of a wait status; 128 + n for signal n. */
int exit_code(int status);
/* The host looks for this line (packages/core/src/console/recognise.ts). */
void log_command_end(int status);
/* In the child: its user (`""`: root), and the variables that follow from it, for which `envp` has room. Says why not on stderr and exits. */
void become_user(struct command *command);
/* In the child, with its streams at 0, 1, 2: user, directory, environment, program. Errors are printed on its stderr. */
__attribute__((noreturn)) void run_command(struct command *command);
