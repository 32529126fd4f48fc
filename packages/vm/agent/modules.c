#include "modules.h"
#include "files.h"
#include "sys.h"
#include "text.h"

/* packages/vm/src/guest/module-initrd.ts writes both: a line is `need NAME` or `try NAME`. */
#define DIRECTORY "/.kernelkit/modules"
#define LIST DIRECTORY ".list"

static char list[16384];

static int load(const char *path)
{
	int answer, fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0) return fd;
	/* finit_module(2); no parameters. */
	answer = (int)sys_call(NR_finit_module, fd, (long)"", 0, 0, 0);
	sys_close(fd);
	/* Another one brought it along. */
	return answer == -EEXIST ? 0 : answer;
}

/* What kernel/module/main.c and kernel/module/signing.c mean by these. */
static const char *refusal(int answer)
{
	switch (-answer) {
	case ENOEXEC: return "it is damaged, or was built for another kernel or machine (its version magic does not fit)";
	/* What its own init function says. */
	case EOPNOTSUPP:
	case ENODEV: return "this machine does not have what it drives";
	case ENOENT: return "it needs a symbol that nothing loaded has";
	case EPERM: return "the kernel is locked down and the module is not signed";
	case ENOKEY: return "it is signed with a key that this kernel does not know";
	case EKEYREJECTED: return "this kernel takes only modules signed with its own keys, and the signature is missing or does not fit the file";
	default: return reason(answer);
	}
}

void load_modules(char *problem, unsigned size)
{
	read_file(LIST, list, sizeof list);
	for (char *at = list; *at;) {
		char *name = at, path[128];
		while (*at && *at != '\n') at++;
		if (*at) *at++ = 0;
		int needed = begins(name, "need ");
		name = find(name, ' ');
		if (!name) continue;
		format(path, sizeof path, DIRECTORY "/%s", ++name);
		int answer = load(path);
		/* In memory once is enough. */
		sys_unlink(path);
		if (answer == 0) continue;
		log_line("cannot load the module %s: %s", name, refusal(answer));
		if (needed && !*problem) format(problem, size, "cannot load the module %s: %s", name, refusal(answer));
	}
}
