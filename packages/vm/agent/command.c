#include "command.h"
#include "files.h"
#include "sys.h"
#include "text.h"

/* Debian's order for root (/etc/login.defs ENV_SUPATH). */
#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static char *words[MAX_WORDS + 2];
static char *environment[MAX_WORDS + 8];

int exit_code(int status) { return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff; }

void log_command_end(int status) { log_line("command ended with %d", exit_code(status)); }

/* The next text of the frame, ended by 0 inside it. */
static char *take_text(uint8_t **at, const uint8_t *end)
{
	char *text = (char *)*at;
	while (*at < end && **at) (*at)++;
	if (*at >= end) return 0;
	(*at)++;
	return text;
}

int parse_command(struct command *command, uint8_t *data, uint32_t size)
{
	uint8_t *at = data + 20, *end = data + size;
	if (size < 22) return -1;
	uint32_t word_count = get32(data + 12), env_count = get32(data + 16);
	command->flags = get32(data);
	command->columns = (int)get32(data + 4);
	command->rows = (int)get32(data + 8);
	if (word_count < 1 || word_count > MAX_WORDS || env_count > MAX_WORDS) return -1;
	if (!(command->cwd = take_text(&at, end)) || !(command->user = take_text(&at, end))) return -1;
	for (uint32_t i = 0; i < word_count; i++) if (!(words[i] = take_text(&at, end))) return -1;
	words[word_count] = 0;
	for (uint32_t i = 0; i < env_count; i++) if (!(environment[i] = take_text(&at, end))) return -1;
	environment[env_count] = 0;
	command->argv = words;
	command->envp = environment;
	command->held = at;
	command->held_size = (uint32_t)(end - at);
	return 0;
}

static int report = -1;

void report_not_started(int fd) { report = fd; }

/* Not found, or its interpreter is missing: 127; everything else: 126 (POSIX.1-2024, XCU 2.8.2). */
__attribute__((noreturn)) static void give_up(enum not_started code, const char *what, const char *subject, const char *why)
{
	uint8_t byte = (uint8_t)code;
	char line[1200];
	format(line, sizeof line, "kernelkit: %s%s%s: %s\n", what, *subject ? " " : "", subject, why);
	sys_write(2, line, length(line));
	sys_write(report, &byte, 1);
	sys_exit(code <= NO_INTERPRETER ? 127 : 126);
}

static const char *get_env(char **envp, const char *name)
{
	size_t size = length(name);
	for (; *envp; envp++) if (begins(*envp, name) && (*envp)[size] == '=') return *envp + size + 1;
	return 0;
}

static void default_env(char **envp, const char *name, char *pair)
{
	if (get_env(envp, name)) return;
	while (*envp) envp++;
	envp[0] = pair;
	envp[1] = 0;
}

struct account { char name[64]; int uid, gid; char home[256]; char shell[128]; };

/* /etc/passwd: name:password:uid:gid:comment:home:shell (passwd(5)). `user` is a name or a number. */
static int find_account(const char *user, struct account *account)
{
	static char passwd[65536];
	char *fields[7];
	if (read_file("/etc/passwd", passwd, sizeof passwd) < 0) return 0;
	for (char *line = passwd; *line;) {
		char *next = find(line, '\n');
		if (next) *next++ = 0;
		else next = line + length(line);
		int count = 0;
		for (char *at = line; count < 7; at++) {
			fields[count++] = at;
			if (!(at = find(at, ':'))) break;
			*at = 0;
		}
		if (count == 7 && (equal(fields[0], user) || equal(fields[2], user))) {
			format(account->name, sizeof account->name, "%s", fields[0]);
			account->uid = parse_uint(fields[2]);
			account->gid = parse_uint(fields[3]);
			format(account->home, sizeof account->home, "%s", fields[5]);
			format(account->shell, sizeof account->shell, "%s", fields[6]);
			return 1;
		}
		line = next;
	}
	return 0;
}

/* Numbers need no line in /etc/passwd: `UID` or `UID:GID`, the group of a lone one is that of the line, else the same number. */
static int take_numbers(const char *user, struct account *account)
{
	const char *at = user;
	while (*at >= '0' && *at <= '9') at++;
	if (at == user || (*at && *at != ':')) return 0;
	format(account->name, sizeof account->name, "%s", user);
	if (*at) account->name[at - user] = 0;
	if (!find_account(account->name, account)) {
		*account->home = *account->shell = 0;
		account->uid = account->gid = parse_uint(user);
	}
	if (*at) account->gid = parse_uint(at + 1);
	return 1;
}

void become_user(struct command *command)
{
	static char home[300], name[80], logname[80], shell[160];
	struct account account = { "root", 0, 0, "/root", "/bin/sh" };
	if (!*command->user) find_account("0", &account);
	else if (!take_numbers(command->user, &account) && !find_account(command->user, &account) && !equal(command->user, "root")) {
		give_up(NO_USER, "no such user in the guest", command->user, "not in its /etc/passwd");
	}
	if (*command->user && (sys_call(NR_setgroups, 0, 0, 0, 0, 0) < 0 || sys_call(NR_setgid, account.gid, 0, 0, 0, 0) < 0 ||
		sys_call(NR_setuid, account.uid, 0, 0, 0, 0) < 0)) {
		give_up(NO_USER, "cannot become user", command->user, "operation not permitted");
	}
	default_env(command->envp, "HOME", format(home, sizeof home, "HOME=%s", *account.home && exists(account.home) ? account.home : "/"));
	default_env(command->envp, "USER", format(name, sizeof name, "USER=%s", account.name));
	default_env(command->envp, "LOGNAME", format(logname, sizeof logname, "LOGNAME=%s", account.name));
	default_env(command->envp, "SHELL", format(shell, sizeof shell, "SHELL=%s", account.shell[0] ? account.shell : "/bin/sh"));
}

/* A file that the kernel refuses: another machine's program, or a script without its first line, which a shell reads. */
__attribute__((noreturn)) static void run_unknown_format(const char *path, struct command *command)
{
	static char *shell_words[MAX_WORDS + 3];
	char magic[5] = "";
	int count = 0;
	read_file(path, magic, sizeof magic);
	if (begins(magic, "\177ELF")) give_up(NOT_EXECUTABLE, "cannot run", path, "a program for another architecture, or its loader is");
	shell_words[0] = "/bin/sh";
	shell_words[1] = (char *)path;
	while (command->argv[count]) count++;
	memcpy(shell_words + 2, command->argv + 1, (size_t)count * sizeof *shell_words);
	int answer = sys_execve("/bin/sh", shell_words, command->envp);
	give_up(NOT_EXECUTABLE, "cannot run", path, reason(answer));
}

static int try_path(const char *path, struct command *command)
{
	int answer = sys_execve(path, command->argv, command->envp);
	if (answer == -ENOEXEC) run_unknown_format(path, command);
	return answer;
}

/* Why a file of the host may be missing. */
static const char *absence(const char *path)
{
	if (begins(path, "/tmp/")) return "no such file in the guest, whose /tmp is its own";
	if (begins(path, "/run/")) return "no such file in the guest, whose /run is its own";
	if (begins(path, "/dev/shm/")) return "no such file in the guest, whose /dev/shm is its own";
	return "no such file in the guest";
}

void run_command(struct command *command)
{
	static char path[4096], term[] = "TERM=linux";
	const char *program = command->argv[0];
	int answer, seen = -ENOENT;
	default_env(command->envp, "PATH", DEFAULT_PATH);
	become_user(command);
	if (command->flags & START_TTY) default_env(command->envp, "TERM", term);
	const char *directory = *command->cwd ? command->cwd : get_env(command->envp, "HOME");
	if ((answer = sys_chdir(directory)) < 0) {
		if (*command->cwd) give_up(NO_DIRECTORY, "cannot enter the working directory", directory, reason(answer));
		sys_chdir("/");
	}
	if (find(program, '/')) {
		seen = try_path(program, command);
		if (seen == -ENOENT && exists(program)) give_up(NO_INTERPRETER, "cannot run", program, "its interpreter or loader does not exist in the guest");
		if (seen == -ENOENT) give_up(NO_SUCH_FILE, "command not found:", program, absence(program));
		give_up(NOT_EXECUTABLE, "cannot run", program, reason(seen));
	}
	for (const char *at = get_env(command->envp, "PATH"); at && *at;) {
		const char *end = find(at, ':');
		size_t size = end ? (size_t)(end - at) : length(at);
		if (size + length(program) + 2 < sizeof path) {
			memcpy(path, at, size);
			if (size > 0) path[size++] = '/';
			memcpy(path + size, program, length(program) + 1);
			answer = try_path(path, command);
			if (answer == -ENOENT && exists(path)) give_up(NO_INTERPRETER, "cannot run", path, "its interpreter or loader does not exist in the guest");
			/* A name that may not be executed hides until the whole path was searched, as in a shell. */
			if (answer != -ENOENT && answer != -ENOTDIR && seen == -ENOENT) seen = answer;
		}
		at = end ? end + 1 : 0;
	}
	if (seen == -ENOENT) give_up(NOT_IN_PATH, "command not found:", program, get_env(command->envp, "PATH"));
	give_up(NOT_EXECUTABLE, "cannot run", program, reason(seen));
}
