/* What a program expects of a running system and no root file system contains. */
#include "files.h"
#include "network.h"
#include "root.h"
#include "sys.h"
#include "text.h"

/* No init of the root follows. */
static int agent_first;

static void mount_tmpfs(const char *path, const char *options)
{
	if (!exists(path)) make_directories(path);
	sys_mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

void mount_devpts(void)
{
	sys_mkdir("/dev/pts", 0755);
	/* gid 5 is `tty` in every distribution; ptmxmode lets /dev/pts/ptmx be used as well. */
	sys_mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666");
}

/* A file of ours in place of one of the root, which is covered and not written. */
static void cover(const char *ours, const char *theirs)
{
	char target[256], path[300];
	if (!exists(theirs)) {
		/* Missing, or a link to what the root's own init would have written. */
		int got = sys_readlink(theirs, target, sizeof target - 1);
		target[got > 0 ? got : 0] = 0;
		format(path, sizeof path, target[0] == '/' ? "%s" : "/etc/%s", got > 0 ? target : theirs + length("/etc/"));
		make_parents(path);
		write_text(path, "");
	}
	sys_mount(ours, theirs, 0, MS_BIND, 0);
}

/* QEMU's user network answers names at 10.0.2.3. */
static void cover_resolv_conf(void)
{
	write_text("/run/kernelkit/resolv.conf", "nameserver 10.0.2.3\n");
	cover("/run/kernelkit/resolv.conf", "/etc/resolv.conf");
}

/* The root's own file, after the name that this guest has (127.0.1.1 as in hosts(5)). */
static void cover_hosts(const char *name)
{
	static const char *const ours = "/run/kernelkit/hosts", *const theirs = "/etc/hosts";
	char buffer[1024];
	long got;
	int from = sys_open(theirs, O_RDONLY | O_CLOEXEC, 0);
	format(buffer, sizeof buffer, "127.0.1.1 %s\n%s", name, from < 0 ? "127.0.0.1 localhost\n" : "");
	write_text(ours, buffer);
	if (from >= 0) {
		int to = sys_open(ours, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
		while ((got = sys_read(from, buffer, sizeof buffer)) > 0) sys_write(to, buffer, (size_t)got);
		sys_close(to);
		sys_close(from);
	}
	cover(ours, theirs);
}

/*
 * systemd has modprobe make no dummy0, bond0 or ifb0, which would confuse its networkd (/usr/lib/modprobe.d/systemd.conf). Where it does not run,
 * modules keep their own defaults: a file of this name in /run hides that one, and one in /etc hides both (modprobe.d(5)).
 */
static void keep_module_defaults(void)
{
	sys_mkdir("/run/modprobe.d", 0755);
	write_text("/run/modprobe.d/systemd.conf", "# Hides a file of systemd, which does not run in this guest.\n");
}

void name_guest(const char *name)
{
	static int named;
	if (!*name) return;
	sys_call(NR_sethostname, (long)name, (long)length(name), 0, 0, 0);
	/* A root with an init and a name of its own takes care of both; what is written to its file then stays. */
	if (named || (!agent_first && exists("/etc/hostname"))) return;
	named = 1;
	cover_hosts(name);
}

/*
 * Mounting bpf makes the kernel run modprobe (kernel/bpf/inode.c, bpf_preload_mod_get): an eighth of the boot of a distribution's kernel under
 * emulation, for nothing, as the modules of this kernel are mounted after this. An empty path starts no program
 * (Documentation/admin-guide/sysctl/kernel.rst); the command finds the file system and modprobe's path as ever.
 */
static void mount_bpf(void)
{
	static const char *const setting = "/proc/sys/kernel/modprobe";
	char path[256] = "";
	if (read_file(setting, path, sizeof path) > 0) write_text(setting, "\n");
	sys_mount("bpf", "/sys/fs/bpf", "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	if (path[0]) write_text(setting, path);
}

void populate_root(const struct params *params)
{
	agent_first = equal(params->init, "agent");
	if (params->set_address) set_address();
	/* Another init finds /run mounted and keeps it (systemd does so by design: the interface of initramfs images). */
	mount_tmpfs("/run", "mode=0755");
	sys_mkdir("/run/kernelkit", 0755);
	/* $KERNELKIT_ARTIFACTS: every user of the guest may write there. */
	sys_mkdir("/run/kernelkit/artifacts", 0);
	sys_chmod("/run/kernelkit/artifacts", 01777);
	if (agent_first || params->mask) mount_tmpfs("/tmp", "mode=1777");
	if (!agent_first) return;

	/* Not by the mode of mkdir, which loses what is in the umask. */
	sys_mkdir("/run/lock", 0);
	sys_chmod("/run/lock", 01777);
	sys_symlink("/proc/self/fd", "/dev/fd");
	sys_symlink("fd/0", "/dev/stdin");
	sys_symlink("fd/1", "/dev/stdout");
	sys_symlink("fd/2", "/dev/stderr");
	mount_tmpfs("/dev/shm", "mode=1777");
	mount_devpts();
	sys_mkdir("/dev/mqueue", 01777);
	sys_mount("mqueue", "/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	/* Absent in many kernels: each may fail. */
	sys_mount("cgroup2", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	sys_mount("debugfs", "/sys/kernel/debug", "debugfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	sys_mount("tracefs", "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	sys_mount("securityfs", "/sys/kernel/security", "securityfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	sys_mount("configfs", "/sys/kernel/config", "configfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	mount_bpf();
	keep_module_defaults();
	loopback_up();
	if (params->network) cover_resolv_conf();
}
