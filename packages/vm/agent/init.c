/*
 * The first process of every guest with our agent: mounts the chosen root, then serves the host's commands in it,
 * or starts the root's own init and keeps running next to it.
 */
#include "channel.h"
#include "console-shell.h"
#include "files.h"
#include "kernel-lacks.h"
#include "modules.h"
#include "params.h"
#include "root.h"
#include "serve.h"
#include "sys.h"
#include "text.h"

/* A virtio port shows up within milliseconds; a guest without any has no host to wait for. */
#define HOST_WAIT_MS 2000

static struct params params;
/* What replay.sh adds to the initramfs (packages/core/src/qemu/replay.ts): the command of a run, as a shell script. */
static char replay[32768];
/* Who runs it; "": root. */
static char replay_user[64];

static void become_unkillable(void) { write_text("/proc/self/oom_score_adj", "-1000"); }

/* systemd spares processes whose argv[0] begins with `@` when it ends all others (systemd.io/ROOT_STORAGE_DAEMONS). */
static void serve_beside_init(char **argv, int connected)
{
	static char *const envp[] = { "HOME=/", "TERM=linux", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 0 };
	char *words[] = { params.init, 0 };
	if (connected && sys_fork() == 0) {
		argv[0][0] = '@';
		sys_setsid();
		become_unkillable();
		serve(1);
	}
	int answer = sys_execve(params.init, words, envp);
	log_line("cannot start %s: %s", params.init, reason(answer));
	power_off();
}

static void read_params(void)
{
	static char command_line[8192];
	read_file("/proc/cmdline", command_line, sizeof command_line);
	parse_params(&params, command_line);
	/* crypto/testmgr.c: read whenever an algorithm is registered. */
	if (params.crypto_tests) write_text("/sys/module/cryptomgr/parameters/notests", "0");
}

static int prepare(char *problem, unsigned size)
{
	if (params.problem[0]) {
		format(problem, size, "%s", params.problem);
		return -1;
	}
	if (*kernel_lacks()) {
		format(problem, size, "the agent cannot work without it");
		return -1;
	}
	if (enter_root(&params, problem, size) < 0) return -1;
	populate_root(&params);
	if (mount_shares(&params, problem, size) < 0) return -1;
	link_headers();
	if (!equal(params.init, "agent") && !exists(params.init)) {
		format(problem, size, "the root has no init: %s does not exist in it", params.init);
		note_root_lacks("init");
		return -1;
	}
	name_guest(params.hostname);
	return 0;
}

/* What FAILED says, where it cannot be sent: the host reads this line on the console (packages/core/src/console/recognise.ts). */
static void say_failure(const char *problem)
{
	/* What a module that was refused would have brought is not lacking in the kernel. */
	if (*kernel_lacks()) look_for_channel();
	if (!*problem && look_for_channel()) problem = "there is no port to the host";
	if (!*problem) return;
	if (*kernel_lacks()) log_line("failed, the kernel lacks %s: %s", kernel_lacks(), problem);
	else log_line("failed: %s", problem);
}

__attribute__((noreturn, used)) void start_c(long *stack)
{
	char **argv = (char **)(stack + 1);
	char problem[600] = "";
	sys_call(NR_umask, 022, 0, 0, 0, 0);
	mount_basics();
	/* The kernel opened /dev/console for us only where one exists: 0, 1 and 2 must never be a port. */
	for (int fd = sys_open("/dev/null", O_RDWR, 0); fd >= 0 && fd < 2; fd = sys_open("/dev/null", O_RDWR, 0)) ;
	/* PR_SET_DUMPABLE: no other process of the guest but root's may look into us, where the host's port is open. A command gets it back by execve. */
	sys_call(NR_prctl, 4, 0, 0, 0, 0);
	log_line("agent started");
	ignore_signal(SIGPIPE);
	read_file("/.kernelkit/replay", replay, sizeof replay);
	read_file("/.kernelkit/replay-user", replay_user, sizeof replay_user);
	read_params();
	/* Before the channel, whose driver may be one of them. */
	load_modules(problem, sizeof problem);
	if (!*problem) prepare(problem, sizeof problem);
	int connected = wait_for_host(HOST_WAIT_MS) >= 0;
	if (!connected) {
		say_failure(problem);
		if (equal(params.init, "agent") || *problem) console_shell(problem, replay, replay_user);
		serve_beside_init(argv, 0);
	}
	greet(problem);
	if (!equal(params.init, "agent")) serve_beside_init(argv, 1);
	become_unkillable();
	serve(0);
}
