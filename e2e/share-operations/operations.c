/* What programs do with files, tried in the directory that is the first argument: a line for each, `name`, a tab, `yes` or the name of the error. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Wrong without an error: what was read is not what was written. */
#define WRONG (-2)
#define TRY(call) do { if ((call) < 0) return -1; } while (0)
#define EXPECT(what) do { if (!(what)) return WRONG; } while (0)

static int number;
static char path[64], other[64];
static const char text[] = "0123456789";

/* A new file with `text` in it. */
static int fresh(int flags)
{
	snprintf(path, sizeof path, "file%d", ++number);
	snprintf(other, sizeof other, "other%d", number);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | flags, 0644);
	if (fd >= 0 && write(fd, text, 10) != 10) return -1;
	return fd;
}

static int holds(const char *name, const char *expected)
{
	char buffer[64] = "";
	int fd = open(name, O_RDONLY);
	if (fd < 0 || read(fd, buffer, sizeof buffer - 1) < 0) return 0;
	close(fd);
	return strcmp(buffer, expected) == 0;
}

static int write_and_read(void) { int fd; TRY(fd = fresh(0)); close(fd); EXPECT(holds(path, text)); return 0; }
static int append(void) { int fd; TRY(fd = fresh(O_APPEND)); TRY(lseek(fd, 0, SEEK_SET)); TRY(write(fd, "x", 1)); close(fd); EXPECT(holds(path, "0123456789x")); return 0; }
static int shrink(void) { int fd; TRY(fd = fresh(0)); TRY(ftruncate(fd, 3)); close(fd); EXPECT(holds(path, "012")); return 0; }
static int grow(void) { struct stat s; int fd; TRY(fd = fresh(0)); TRY(ftruncate(fd, 1 << 20)); TRY(fstat(fd, &s)); EXPECT(s.st_size == 1 << 20); return 0; }
static int positional(void) { char b[2]; int fd; TRY(fd = fresh(0)); TRY(pwrite(fd, "ab", 2, 4)); TRY(pread(fd, b, 2, 4)); EXPECT(b[0] == 'a' && b[1] == 'b'); return 0; }
static int sync_file(void) { int fd; TRY(fd = fresh(0)); TRY(fsync(fd)); TRY(fdatasync(fd)); return 0; }
static int allocate(void) { struct stat s; int fd; TRY(fd = fresh(0)); TRY(fallocate(fd, 0, 0, 65536)); TRY(fstat(fd, &s)); EXPECT(s.st_size == 65536); return 0; }
static int punch(void) { int fd; TRY(fd = fresh(0)); TRY(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096)); return 0; }
static int large(void) { char b[2]; off_t at = 5LL << 30; int fd; TRY(fd = fresh(0)); TRY(pwrite(fd, "ab", 2, at)); TRY(pread(fd, b, 2, at)); EXPECT(b[0] == 'a'); return ftruncate(fd, 0); }
static int copy_range(void) { int fd, to; TRY(fd = fresh(0)); TRY(lseek(fd, 0, SEEK_SET)); TRY(to = open(other, O_RDWR | O_CREAT, 0644)); TRY(copy_file_range(fd, 0, to, 0, 10, 0)); EXPECT(holds(other, text)); return 0; }
static int send_file(void) { int fd, to; TRY(fd = fresh(0)); TRY(lseek(fd, 0, SEEK_SET)); TRY(to = open(other, O_RDWR | O_CREAT, 0644)); TRY(sendfile(to, fd, 0, 10)); EXPECT(holds(other, text)); return 0; }
static int direct(void)
{
	void *buffer;
	int fd;
	TRY(fd = fresh(0));
	close(fd);
	TRY(fd = open(path, O_RDWR | O_DIRECT));
	if (posix_memalign(&buffer, 4096, 4096)) return -1;
	memset(buffer, 'x', 4096);
	TRY(write(fd, buffer, 4096));
	return 0;
}
static int map_read(void) { int fd; TRY(fd = fresh(0)); char *m = mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 0); if (m == MAP_FAILED) return -1; EXPECT(m[3] == '3'); return 0; }
static int map_write(void)
{
	int fd;
	TRY(fd = fresh(0));
	char *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (m == MAP_FAILED) return -1;
	m[0] = 'm';
	TRY(msync(m, 4096, MS_SYNC));
	munmap(m, 4096);
	close(fd);
	EXPECT(holds(path, "m123456789"));
	return 0;
}
static int execute(void)
{
	int fd, self, status;
	TRY(fd = fresh(0));
	TRY(self = open("/proc/self/exe", O_RDONLY));
	TRY(lseek(fd, 0, SEEK_SET));
	for (ssize_t got = 1; got > 0;) TRY(got = sendfile(fd, self, 0, 1 << 20));
	TRY(fchmod(fd, 0755));
	close(fd);
	pid_t pid = fork();
	if (pid == 0) { execl(path, path, (char *)0); _exit(99); }
	waitpid(pid, &status, 0);
	/* Without an argument this program exits with 2. */
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	return 0;
}
static int hard_link(void) { int fd; TRY(fd = fresh(0)); close(fd); TRY(link(path, other)); EXPECT(holds(other, text)); return 0; }
/* The same while a program writes to the file under its first name. */
static int hard_link_open(void) { TRY(fresh(0)); TRY(link(path, other)); EXPECT(holds(other, text)); return 0; }
static int link_count(void) { struct stat s; int fd; TRY(fd = fresh(0)); TRY(link(path, other)); TRY(stat(path, &s)); EXPECT(s.st_nlink == 2); return 0; }
static int symbolic_link(void) { char b[64] = ""; int fd; TRY(fd = fresh(0)); TRY(symlink(path, other)); TRY(readlink(other, b, 63)); EXPECT(strcmp(b, path) == 0 && holds(other, text)); return 0; }
static int rename_file(void) { int fd; TRY(fd = fresh(0)); TRY(rename(path, other)); EXPECT(holds(other, text) && access(path, F_OK) < 0); return 0; }
static int rename_over(void) { int fd; TRY(fd = open("over", O_CREAT | O_RDWR, 0644)); close(fd); TRY(fresh(0)); TRY(rename(path, "over")); EXPECT(holds("over", text)); return 0; }
static int rename_open(void) { int fd; TRY(fd = fresh(0)); TRY(rename(path, other)); TRY(write(fd, "x", 1)); close(fd); EXPECT(holds(other, "0123456789x")); return 0; }
static int rename_directory(void) { TRY(mkdir("from", 0755)); TRY(mkdir("from/inner", 0755)); TRY(rename("from", "to")); TRY(rmdir("to/inner")); return rmdir("to"); }
static int rename_noreplace(void) { int fd; TRY(fd = fresh(0)); return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE); }
static int rename_exchange(void) { int fd; TRY(fd = fresh(0)); TRY(link(path, other)); return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE); }
static int directories(void) { TRY(mkdir("d1", 0750)); struct stat s; TRY(stat("d1", &s)); EXPECT((s.st_mode & 0777) == 0750); return rmdir("d1"); }
static int list(void)
{
	int seen = 0;
	TRY(mkdir("many", 0755));
	for (int i = 0; i < 300; i++) { char n[32]; snprintf(n, sizeof n, "many/%d", i); int fd = open(n, O_CREAT | O_RDWR, 0644); TRY(fd); close(fd); }
	DIR *d = opendir("many");
	if (!d) return -1;
	while (readdir(d)) seen++;
	closedir(d);
	EXPECT(seen == 302);
	return 0;
}
static int long_name(void) { char n[256]; memset(n, 'n', 255); n[255] = 0; int fd; TRY(fd = open(n, O_CREAT | O_RDWR, 0644)); return unlink(n); }
static int odd_name(void) { int fd; TRY(fd = open("\377\376", O_CREAT | O_RDWR, 0644)); return unlink("\377\376"); }
static int unlinked(int *fd) { TRY(*fd = fresh(0)); return unlink(path); }
static int unlinked_read(void) { char b[10]; int fd; TRY(unlinked(&fd)); TRY(pread(fd, b, 10, 0)); EXPECT(b[9] == '9'); return 0; }
static int unlinked_write(void) { char b[2]; int fd; TRY(unlinked(&fd)); TRY(pwrite(fd, "zz", 2, 0)); TRY(fsync(fd)); TRY(pread(fd, b, 2, 0)); EXPECT(b[0] == 'z'); return 0; }
static int unlinked_stat(void) { struct stat s; int fd; TRY(unlinked(&fd)); TRY(fstat(fd, &s)); EXPECT(s.st_size == 10); return 0; }
static int unlinked_truncate(void) { int fd; TRY(unlinked(&fd)); return ftruncate(fd, 1); }
static int unlinked_chmod(void) { int fd; TRY(unlinked(&fd)); return fchmod(fd, 0600); }
static int temporary(void) { int fd; TRY(fd = open(".", O_TMPFILE | O_RDWR, 0644)); TRY(write(fd, text, 10)); return 0; }
static int change_mode(void) { struct stat s; int fd; TRY(fd = fresh(0)); TRY(chmod(path, 0711)); TRY(stat(path, &s)); EXPECT((s.st_mode & 07777) == 0711); return 0; }
static int setuid_bit(void) { struct stat s; int fd; TRY(fd = fresh(0)); TRY(chmod(path, 04755)); TRY(stat(path, &s)); EXPECT(s.st_mode & S_ISUID); return 0; }
static int change_owner(void) { struct stat s; int fd; TRY(fd = fresh(0)); TRY(chown(path, 4321, 4321)); TRY(stat(path, &s)); EXPECT(s.st_uid == 4321); return 0; }
static int owned_by_creator(void) { struct stat s; int fd; TRY(fd = fresh(0)); TRY(fstat(fd, &s)); EXPECT(s.st_uid == 0); return 0; }
static int set_times(long nanoseconds)
{
	struct timespec t[2] = { { 1000000000, nanoseconds }, { 1000000001, nanoseconds } };
	struct stat s;
	int fd;
	TRY(fd = fresh(0));
	TRY(futimens(fd, t));
	close(fd);
	TRY(stat(path, &s));
	EXPECT(s.st_mtim.tv_sec == 1000000001 && s.st_mtim.tv_nsec == nanoseconds);
	return 0;
}
static int times_seconds(void) { return set_times(0); }
static int times_nanoseconds(void) { return set_times(123456789); }
static int times_of_write(void) { struct stat s; int fd; TRY(fd = fresh(0)); close(fd); TRY(stat(path, &s)); EXPECT(s.st_mtim.tv_nsec != 0); return 0; }
static int attribute(const char *name, const void *value, size_t size)
{
	char b[64];
	int fd;
	TRY(fd = fresh(0));
	TRY(setxattr(path, name, value, size, 0));
	ssize_t got;
	TRY(got = getxattr(path, name, b, sizeof b));
	EXPECT(got == (ssize_t)size);
	return 0;
}
static int user_attribute(void) { return attribute("user.x", "v", 1); }
static int trusted_attribute(void) { return attribute("trusted.x", "v", 1); }
/* struct vfs_cap_data, VFS_CAP_REVISION_2 with CAP_NET_RAW permitted. */
static int capability(void) { unsigned v[5] = { 0x02000000, 1 << 13, 0, 0, 0 }; return attribute("security.capability", v, sizeof v); }
/* Version 2; user, user 4321, group, mask, other (acl(5)). */
static int acl(void)
{
	static const unsigned char v[] = {
		2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 0xe1, 0x10, 0, 0,
		4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 4, 0, 255, 255, 255, 255, 32, 0, 4, 0, 255, 255, 255, 255,
	};
	return attribute("system.posix_acl_access", v, sizeof v);
}
static int fifo(void)
{
	char b = 0;
	int fd;
	TRY(mkfifo("fifo", 0644));
	TRY(fd = open("fifo", O_RDWR | O_NONBLOCK));
	TRY(write(fd, "x", 1));
	TRY(read(fd, &b, 1));
	EXPECT(b == 'x');
	return 0;
}
static int unix_socket(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
	TRY(s);
	TRY(bind(s, (struct sockaddr *)&a, sizeof a));
	TRY(listen(s, 1));
	return connect(c, (struct sockaddr *)&a, sizeof a);
}
static int device_node(void) { char b; int fd; TRY(mknod("zero", S_IFCHR | 0644, makedev(1, 5))); TRY(fd = open("zero", O_RDONLY)); TRY(read(fd, &b, 1)); return 0; }
static int lock_flock(void) { int fd; TRY(fd = fresh(0)); return flock(fd, LOCK_EX | LOCK_NB); }
static int lock_fcntl(void) { struct flock l = { .l_type = F_WRLCK }; int fd; TRY(fd = fresh(0)); return fcntl(fd, F_SETLK, &l); }
static int lock_ofd(void) { struct flock l = { .l_type = F_WRLCK }; int fd; TRY(fd = fresh(0)); return fcntl(fd, F_OFD_SETLK, &l); }
static int lease(void) { int fd; TRY(fd = fresh(0)); close(fd); TRY(fd = open(path, O_RDONLY)); return fcntl(fd, F_SETLEASE, F_RDLCK); }
static int watch(void)
{
	int i = inotify_init1(IN_NONBLOCK);
	TRY(i);
	TRY(inotify_add_watch(i, ".", IN_CREATE));
	TRY(fresh(0));
	struct pollfd p = { i, POLLIN, 0 };
	EXPECT(poll(&p, 1, 2000) == 1);
	return 0;
}
static int file_system_facts(void) { struct statfs s; TRY(statfs(".", &s)); EXPECT(s.f_bavail > 0); return 0; }
static int open_beneath(void) { struct open_how h = { .flags = O_RDONLY, .resolve = RESOLVE_BENEATH }; TRY(fresh(0)); return (int)syscall(SYS_openat2, AT_FDCWD, path, &h, sizeof h); }
static int path_descriptor(void) { struct stat s; int fd; TRY(fresh(0)); TRY(fd = open(path, O_PATH)); return fstat(fd, &s); }
static int bind_mount(void) { TRY(mkdir("bound", 0755)); TRY(mount(".", "bound", 0, MS_BIND, 0)); return umount2("bound", MNT_DETACH); }
static int tmpfs_above(void) { TRY(mkdir("above", 0755)); TRY(mount("tmpfs", "above", "tmpfs", 0, 0)); return umount2("above", MNT_DETACH); }
static int overlay_upper(void)
{
	TRY(mkdir("lower", 0755)); TRY(mkdir("upper", 0755)); TRY(mkdir("work", 0755)); TRY(mkdir("merged", 0755));
	TRY(mount("overlay", "merged", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work"));
	return umount2("merged", MNT_DETACH);
}

static const struct { const char *name; int (*run)(void); } operations[] = {
	{ "write a file, read it back", write_and_read }, { "append", append }, { "truncate", shrink }, { "extend", grow },
	{ "pread, pwrite", positional }, { "fsync, fdatasync", sync_file }, { "fallocate", allocate }, { "punch a hole", punch },
	{ "offsets above 4 GiB", large }, { "copy_file_range", copy_range }, { "sendfile", send_file }, { "O_DIRECT", direct },
	{ "mmap to read", map_read }, { "mmap to write (MAP_SHARED)", map_write }, { "execute a program", execute },
	{ "hard link", hard_link }, { "hard link to a file that is being written", hard_link_open }, { "link count of a linked file", link_count }, { "symbolic link", symbolic_link }, { "rename", rename_file }, { "rename over a file", rename_over },
	{ "rename an open file, write to it", rename_open }, { "rename a directory", rename_directory },
	{ "RENAME_NOREPLACE", rename_noreplace }, { "RENAME_EXCHANGE", rename_exchange }, { "mkdir, rmdir", directories },
	{ "list 300 entries", list }, { "names of 255 bytes", long_name }, { "names that are not UTF-8", odd_name },
	{ "read an open file that was removed", unlinked_read }, { "write to an open file that was removed", unlinked_write },
	{ "fstat of an open file that was removed", unlinked_stat }, { "ftruncate of an open file that was removed", unlinked_truncate },
	{ "fchmod of an open file that was removed", unlinked_chmod }, { "O_TMPFILE", temporary }, { "chmod", change_mode },
	{ "setuid bit", setuid_bit }, { "chown to another user", change_owner }, { "new files belong to who makes them (root)", owned_by_creator },
	{ "utimensat, whole seconds", times_seconds }, { "utimensat, nanoseconds", times_nanoseconds }, { "nanoseconds of mtime", times_of_write },
	{ "user.* attributes", user_attribute }, { "trusted.* attributes", trusted_attribute }, { "security.capability", capability },
	{ "access control lists", acl }, { "fifo", fifo }, { "Unix socket", unix_socket }, { "device node", device_node },
	{ "flock", lock_flock }, { "fcntl lock", lock_fcntl }, { "OFD lock", lock_ofd }, { "lease", lease }, { "inotify of the guest's own changes", watch },
	{ "statfs", file_system_facts }, { "openat2, RESOLVE_BENEATH", open_beneath }, { "O_PATH", path_descriptor },
	{ "bind mount", bind_mount }, { "tmpfs on a directory", tmpfs_above }, { "upper directory of an overlay", overlay_upper },
};

int main(int argc, char **argv)
{
	if (argc < 2) return 2;
	if (chdir(argv[1]) < 0) return 1;
	umask(022);
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
		errno = 0;
		int answer = operations[i].run();
		printf("%s\t%s\n", operations[i].name, answer == WRONG ? "wrong" : answer < 0 ? strerrorname_np(errno) : "yes");
	}
	return 0;
}
