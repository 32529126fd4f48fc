#include "console-shell.h"
#include "channel.h"
#include "command.h"
#include "files.h"
#include "kernel-lacks.h"
#include "serve.h"
#include "sys.h"
#include "text.h"

/* /dev/console cannot become a controlling terminal: the device that it stands for can. Its name is the last of the active ones. */
static int open_console(void)
{
	char names[128], path[140];
	char *last = names;
	int got = read_file("/sys/class/tty/console/active", names, sizeof names);
	while (got > 0 && (names[got - 1] == '\n' || names[got - 1] == ' ')) names[--got] = 0;
	for (char *at = names; *at; at++) if (*at == ' ') last = at + 1;
	int fd = sys_open(format(path, sizeof path, "/dev/%s", got > 0 ? last : "console"), O_RDWR, 0);
	return fd >= 0 ? fd : sys_open("/dev/console", O_RDWR, 0);
}

/*
 * The kernel hangs up the terminal when the leader of its session ends, and throws away what is not sent yet (drivers/tty/tty_ldisc.c,
 * tty_ldisc_hangup): the leader is a process of ours, which waits until it is.
 */
static void lead_session(void)
{
	int status = 0;
	int shell = sys_fork();
	if (shell <= 0) return;
	ignore_signal(SIGINT);
	ignore_signal(SIGQUIT);
	while (sys_wait(shell, &status, 0) != shell) ;
	sys_ioctl(0, TCSBRK, (void *)1);
	sys_exit(exit_code(status));
}

__attribute__((noreturn)) static void run_shell(const char *script, char *user)
{
	char *argv[] = { *script ? "sh" : "-sh", *script ? "-c" : 0, (char *)script, 0 };
	static char *envp[8] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=linux" };
	struct command command = { .user = user, .envp = envp };
	sys_setsid();
	default_signal(SIGPIPE);
	write_text("/proc/self/oom_score_adj", "0");
	int fd = open_console();
	for (int i = 0; i < 3; i++) sys_dup2(fd, i);
	sys_ioctl(0, TIOCSCTTY, (void *)1);
	lead_session();
	become_user(&command);
	if (!*user) sys_chdir("/root");
	int answer = sys_execve("/bin/sh", argv, envp);
	log_line("cannot start /bin/sh: %s", reason(answer));
	sys_exit(127);
}

void console_shell(const char *problem, const char *script, char *user)
{
	int status;
	if (*problem) power_off();
	log_line("no host at the other end of the agent's port: %s on the console; powers off when it ends", *script ? "the command of a run" : "a shell");
	int shell = sys_fork();
	if (shell == 0) run_shell(script, user);
	for (;;) {
		int ended;
		while ((ended = sys_wait(-1, &status, WNOHANG)) > 0) {
			if (ended != shell) continue;
			if (*script) log_command_end(status);
			power_off();
		}
		if (wait_for_host(50) < 0) continue;
		sys_kill(-shell, SIGKILL);
		greet("");
		serve(0);
	}
}
