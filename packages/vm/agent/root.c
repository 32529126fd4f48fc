#include "root.h"
#include "files.h"
#include "kernel-lacks.h"
#include "sys.h"
#include "text.h"
#include "writeback.h"

/* What no command ever sees: mount points of lower layers, the memory of copy-on-write. Out of reach after chroot. */
#define HIDDEN "/.kernelkit"
static int hidden = -1;
static int layers;
/* Flags of every mount with files of the host. */
static unsigned long share_flags;
static const char *of_root = "";

const char *root_lacks(void) { return of_root; }
void note_root_lacks(const char *what) { of_root = what; }

/* Remembers the type of which the kernel has no file system. */
static int mount_type(const char *source, const char *to, const char *type, unsigned long flags, const char *options)
{
	int answer = sys_mount(source, to, type, flags, options);
	if (answer == -ENODEV) note_kernel_lacks(type);
	return answer;
}

void mount_basics(void)
{
	/* Directories exist in our own archive, not in a user's. */
	sys_mkdir("/dev", 0755);
	sys_mkdir("/proc", 0555);
	sys_mkdir("/sys", 0555);
	/* Without devtmpfs nothing else could say so. */
	if (mount_type("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755") < 0) make_log_device();
	mount_type("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	mount_type("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
	sys_mkdir(HIDDEN, 0700);
	hidden = sys_open(HIDDEN, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

/* A device may appear a moment after us: 10 s at most. */
static void wait_for_device(const char *path)
{
	for (int i = 0; i < 1000 && !exists(path); i++) sleep_ms(10);
	if (!exists(path)) look_for_driver("/sys/bus/virtio/drivers/virtio_blk", "virtio-blk");
}

/*
 * msize: one request carries up to 500 KiB (the virtio transport's limit). cache: `loose` keeps everything that was
 * read, right where only this guest writes; `mmap` keeps only mapped pages, so that both sides see each other's changes
 * (Documentation/filesystems/9p.rst).
 */
static int mount_9p(const char *tag, const char *to, int readonly, const char *cache)
{
	char options[128];
	format(options, sizeof options, "trans=virtio,version=9p2000.L,msize=512000,cache=%s", cache);
	int answer = mount_type(tag, to, "9p", share_flags | (readonly ? MS_RDONLY : 0), options);
	/* The options are always the same: what the kernel does not understand is the transport (net/9p/client.c, parse_opts). */
	if (answer == -EINVAL) note_kernel_lacks("9p-virtio");
	/* No device has this tag (net/9p/trans_virtio.c, p9_virtio_create), and QEMU has one of each: there is no driver for them. */
	if (answer == -ENOENT) look_for_driver("/sys/bus/virtio/drivers/9pnet_virtio", "9p-virtio");
	return answer;
}

/* `disk:DEVICE:TYPE`. */
static int mount_disk_share(const char *source, const char *to, int readonly)
{
	char device[64];
	format(device, sizeof device, "%s", source + length("disk:"));
	char *type = find(device, ':');
	if (!type) return -EINVAL;
	*type++ = 0;
	wait_for_device(device);
	return mount_type(device, to, type, readonly ? MS_RDONLY : 0, 0);
}

/* What a share is mounted from: a tag of 9p, `virtiofs:TAG` or `disk:DEVICE:TYPE`; `cache` is for 9p, whose host side has none. */
static int mount_source(const char *source, const char *to, int readonly, const char *cache)
{
	if (begins(source, "disk:")) return mount_disk_share(source, to, readonly);
	if (begins(source, "virtiofs:")) {
		int answer = mount_type(source + length("virtiofs:"), to, "virtiofs", readonly ? MS_RDONLY : 0, 0);
		/* No device has this tag (fs/fuse/virtio_fs.c, virtio_fs_get_tree). */
		if (answer == -EINVAL) look_for_driver("/sys/bus/virtio/drivers/virtiofs", "virtiofs");
		return answer;
	}
	return mount_9p(source, to, readonly, cache);
}

/* An overlay of `lower` (absolute, or relative to the hidden directory) at `to`; changes stay in guest memory. */
static int mount_overlay(const char *lower, const char *to)
{
	char options[768], directory[32];
	int answer;
	sys_fchdir(hidden);
	if (layers == 0) {
		sys_mkdir("memory", 0700);
		if ((answer = mount_type("tmpfs", "memory", "tmpfs", 0, "mode=0755")) < 0) return answer;
	}
	format(directory, sizeof directory, "memory/%d", ++layers);
	sys_mkdir(directory, 0755);
	format(directory, sizeof directory, "memory/%d/upper", layers);
	sys_mkdir(directory, 0755);
	format(directory, sizeof directory, "memory/%d/work", layers);
	sys_mkdir(directory, 0755);
	format(options, sizeof options, "lowerdir=%s,upperdir=memory/%d/upper,workdir=memory/%d/work", lower, layers, layers);
	answer = mount_type("overlay", to, "overlay", share_flags, options);
	sys_chdir("/");
	return answer;
}

/* Read-only below an overlay; the overlay keeps the lower mount alive, so its name can go. */
static int mount_cow(const char *source, const char *to)
{
	int answer;
	sys_fchdir(hidden);
	sys_mkdir("lower", 0700);
	answer = mount_source(source, "lower", 1, "loose");
	if (answer == 0) {
		answer = mount_overlay("lower", to);
		sys_fchdir(hidden);
		sys_umount("lower", MNT_DETACH);
	}
	sys_chdir("/");
	return answer;
}

static int mount_disk(const struct params *params, const char *to)
{
	int answer = 0;
	wait_for_device(params->root_source);
	answer = mount_type(params->root_source, to, params->root_type, equal(params->root_mode, "rw") ? 0 : MS_RDONLY, 0);
	if (answer == 0 && equal(params->root_mode, "cow")) answer = mount_overlay(to, to);
	return answer;
}

/* A read-only root without the first directory of a share's place gets it in guest memory: nothing else can be mounted over. */
static int lacks_share_directory(const struct params *params, const char *root)
{
	for (int i = 0; i < params->share_count; i++) {
		char path[600];
		format(path, sizeof path, "%s%s", root, params->shares[i].to);
		char *end = find(path + length(root) + 1, '/');
		if (end) *end = 0;
		if (!exists(path)) return 1;
	}
	return 0;
}

static const char *root_share(const struct params *params)
{
	static char source[sizeof params->root_source + 16];
	return format(source, sizeof source, equal(params->root_kind, "virtiofs") ? "virtiofs:%s" : "%s", params->root_source);
}

int enter_root(const struct params *params, char *problem, unsigned size)
{
	static const char *const kept[] = { "dev", "proc", "sys" };
	const char *to = HIDDEN "/root";
	int answer;
	if (params->nosuid) share_flags = MS_NOSUID;
	if (equal(params->root_kind, "initramfs")) return 0;
	sys_mkdir(to, 0755);
	if (equal(params->root_kind, "disk")) answer = mount_disk(params, to);
	else if (equal(params->root_mode, "cow")) answer = mount_cow(root_share(params), to);
	else answer = mount_source(root_share(params), to, equal(params->root_mode, "ro"), equal(params->root_mode, "ro") ? "loose" : "mmap");
	if (answer < 0) {
		format(problem, size, "cannot mount the root (%s %s%s%s, %s): %s", params->root_kind, params->root_source, *params->root_type ? " " : "", params->root_type, params->root_mode, reason(answer));
		return -1;
	}
	if (equal(params->root_mode, "ro") && lacks_share_directory(params, to)) mount_overlay(to, to);
	for (unsigned i = 0; i < sizeof kept / sizeof *kept; i++) {
		char from[16], into[32];
		format(from, sizeof from, "/%s", kept[i]);
		format(into, sizeof into, "%s/%s", to, kept[i]);
		answer = sys_mount(from, into, 0, MS_MOVE, 0);
		if (answer == -ENOENT && sys_mkdir(into, 0755) == 0) answer = sys_mount(from, into, 0, MS_MOVE, 0);
		if (answer < 0) {
			format(problem, size, "the root has no directory /%s (%s): is it a root file system?", kept[i], reason(answer));
			note_root_lacks("directory");
			return -1;
		}
	}
	/* Documentation/filesystems/ramfs-rootfs-initramfs.rst: rootfs cannot be unmounted, it is covered. */
	if ((answer = sys_chdir(to)) < 0 || (answer = sys_mount(".", "/", 0, MS_MOVE, 0)) < 0 || (answer = sys_chroot(".")) < 0) {
		format(problem, size, "cannot switch to the root: %s", reason(answer));
		return -1;
	}
	sys_chdir("/");
	return 0;
}

/* The mount point of a share must exist; below a read-only directory it is made in an overlay above the nearest directory that exists. */
static int make_mount_point(const char *path)
{
	char directory[512];
	int answer = make_directories(path);
	if (answer != -EROFS && answer != -EACCES) return answer;
	format(directory, sizeof directory, "%s", path);
	while (!exists(directory)) {
		char *end = directory + length(directory);
		while (end > directory && *end != '/') end--;
		*end = 0;
		if (end == directory) format(directory, sizeof directory, "/");
	}
	/* An overlay above `/` would not be seen by processes that are already there: only directories below it. */
	if (equal(directory, "/")) return answer;
	if (mount_overlay(directory, directory) < 0) return answer;
	return make_directories(path);
}

int mount_shares(const struct params *params, char *problem, unsigned size)
{
	if ((equal(params->root_kind, "9p") || equal(params->root_kind, "virtiofs")) && equal(params->root_mode, "rw")) watch_writes(params->root_source, "/");
	for (int i = 0; i < params->share_count; i++) {
		const struct share *share = &params->shares[i];
		int answer = make_mount_point(share->to);
		if (answer < 0) {
			format(problem, size, "cannot make the directory %s for a share: %s", share->to, reason(answer));
			note_root_lacks("mount-point");
			return -1;
		}
		if (equal(share->mode, "cow")) answer = mount_cow(share->tag, share->to);
		else answer = mount_source(share->tag, share->to, equal(share->mode, "ro"), "mmap");
		if (answer < 0) {
			format(problem, size, "cannot mount share %s at %s (%s): %s", share->tag, share->to, share->mode, reason(answer));
			return -1;
		}
		/* What is written to a disk goes to an overlay of QEMU's. */
		if (equal(share->mode, "rw") && !begins(share->tag, "disk:")) watch_writes(begins(share->tag, "virtiofs:") ? share->tag + length("virtiofs:") : share->tag, share->to);
	}
	return 0;
}

void link_headers(void)
{
	/* Debian and Ubuntu; Fedora. */
	static const char *const places[] = { "/usr/src/linux-headers-%s", "/usr/src/kernels/%s" };
	struct utsname name;
	char build[256], headers[256];
	sys_call(NR_uname, (long)&name, 0, 0, 0, 0);
	format(build, sizeof build, "/lib/modules/%s/build", name.release);
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		format(headers, sizeof headers, places[i], name.release);
		/* A link that leads nowhere stays, and so does what is there. */
		if (exists(headers) && !exists(build)) sys_symlink(headers, build);
	}
}
