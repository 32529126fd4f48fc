#include "params.h"
#include "text.h"

static int hex(char digit)
{
	if (digit >= '0' && digit <= '9') return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* One field up to `stop` (or the end) with %XX undone; the rest after `stop`, 0 when it does not fit. */
static const char *take(const char *from, char stop, char *to, size_t size)
{
	size_t used = 0;
	while (*from && *from != stop) {
		char byte = *from++;
		if (byte == '%' && hex(from[0]) >= 0 && hex(from[1]) >= 0) {
			byte = (char)(hex(from[0]) << 4 | hex(from[1]));
			from += 2;
		}
		if (used + 1 >= size) return 0;
		to[used++] = byte;
	}
	to[used] = 0;
	return *from ? from + 1 : from;
}

static int is_mode(const char *mode) { return equal(mode, "rw") || equal(mode, "ro") || equal(mode, "cow"); }

static int parse_root(struct params *params, const char *value)
{
	value = take(value, ':', params->root_kind, sizeof params->root_kind);
	if (!value) return 0;
	if (equal(params->root_kind, "initramfs")) return 1;
	if (!(value = take(value, ':', params->root_source, sizeof params->root_source))) return 0;
	if (equal(params->root_kind, "disk") && !(value = take(value, ':', params->root_type, sizeof params->root_type))) return 0;
	if (!take(value, ':', params->root_mode, sizeof params->root_mode)) return 0;
	return (equal(params->root_kind, "disk") || equal(params->root_kind, "9p") || equal(params->root_kind, "virtiofs")) && is_mode(params->root_mode);
}

static int parse_share(struct params *params, const char *value)
{
	struct share *share = &params->shares[params->share_count];
	if (params->share_count == MAX_MOUNTS) return 0;
	if (!(value = take(value, ',', share->tag, sizeof share->tag))) return 0;
	if (!(value = take(value, ',', share->to, sizeof share->to))) return 0;
	if (!take(value, ',', share->mode, sizeof share->mode)) return 0;
	params->share_count++;
	return share->to[0] == '/' && is_mode(share->mode);
}

static int parse_word(struct params *params, const char *word)
{
	if (begins(word, "ip=")) params->network = !equal(word, "ip=off") && !equal(word, "ip=none");
	if (!begins(word, "kernelkit.")) return 1;
	word += 10;
	if (begins(word, "root=")) return parse_root(params, word + 5);
	if (begins(word, "mount=")) return parse_share(params, word + 6);
	if (begins(word, "init=")) return take(word + 5, 0, params->init, sizeof params->init) != 0;
	if (begins(word, "hostname=")) return take(word + 9, 0, params->hostname, sizeof params->hostname) != 0;
	if (begins(word, "network=")) {
		params->network = params->set_address = equal(word + 8, "1");
		return 1;
	}
	if (begins(word, "crypto-tests=")) {
		params->crypto_tests = equal(word + 13, "1");
		return 1;
	}
	if (begins(word, "mask=")) {
		params->mask = equal(word + 5, "1");
		return 1;
	}
	if (begins(word, "nosuid=")) {
		params->nosuid = equal(word + 7, "1");
		return 1;
	}
	return 0;
}

void parse_params(struct params *params, char *command_line)
{
	format(params->root_kind, sizeof params->root_kind, "initramfs");
	format(params->init, sizeof params->init, "agent");
	for (char *at = command_line; *at;) {
		while (*at == ' ' || *at == '\n') at++;
		char *word = at;
		while (*at && *at != ' ' && *at != '\n') at++;
		if (*at) *at++ = 0;
		if (*word && !parse_word(params, word) && !params->problem[0]) {
			format(params->problem, sizeof params->problem, "the kernel command line has '%s', which this agent does not understand", word);
		}
	}
}
