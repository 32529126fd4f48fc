#include "setup.h"
#include "files.h"
#include "root.h"
#include "sys.h"
#include "text.h"

#define SSHD "/usr/sbin/sshd"
enum { SETUP_SSH = 1 };

static void start_sshd(void)
{
	static char *const argv[] = { SSHD, "-D", "-f", "/run/kernelkit/sshd_config", "-E", "/run/kernelkit/sshd.log", 0 };
	static char *const envp[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 0 };
	/* Debian's privilege separation directory (sshd refuses to start without). */
	sys_mkdir("/run/sshd", 0755);
	if (sys_fork() != 0) return;
	sys_setsid();
	default_signal(SIGPIPE);
	default_signal(SIGCHLD);
	write_text("/proc/self/oom_score_adj", "0");
	int null = sys_open("/dev/null", O_RDWR, 0);
	for (int fd = 0; fd < 3; fd++) sys_dup2(null, fd);
	int answer = sys_execve(argv[0], argv, envp);
	log_line("cannot start %s: %s", argv[0], reason(answer));
	sys_exit(127);
}

/* Every header is read before its bytes: a cut frame is refused, never read past. */
int apply_setup(const struct frame *frame, char *problem, unsigned size)
{
	uint8_t *at = frame->data + 8, *end = frame->data + frame->size;
	if (frame->size < 9) goto malformed;
	uint32_t flags = get32(frame->data), count = get32(frame->data + 4);
	const char *hostname = (char *)at;
	while (at < end && *at) at++;
	if (at++ >= end) goto malformed;
	name_guest(hostname);
	for (uint32_t i = 0; i < count; i++) {
		if (end - at < 9) goto malformed;
		uint32_t mode = get32(at), bytes = get32(at + 4);
		const char *path = (char *)(at += 8);
		while (at < end && *at) at++;
		if (at++ >= end || (size_t)(end - at) < bytes) goto malformed;
		int answer = make_parents(path);
		if (answer == 0) answer = write_file(path, at, bytes, (int)mode & 0777);
		if (answer == 0) answer = sys_chmod(path, (int)mode & 07777);
		if (answer < 0) {
			format(problem, size, "cannot write %s: %s", path, reason(answer));
			return -1;
		}
		at += bytes;
	}
	if (flags & SETUP_SSH) {
		if (!exists(SSHD)) {
			format(problem, size, "the root has no ssh server: " SSHD " does not exist in it (Debian: openssh-server)");
			note_root_lacks("ssh-server");
			return -1;
		}
		start_sshd();
	}
	return 0;
malformed:
	format(problem, size, "the host's SETUP message is malformed");
	return -1;
}
