#include "text.h"
#include "sys.h"
#include <stdarg.h>

/* The compiler may call these four on its own (GCC: -ffreestanding). */
void *memcpy(void *to, const void *from, size_t size)
{
	void *answer = to;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
	return answer;
}

void *memmove(void *to, const void *from, size_t size)
{
	if (to <= from) return memcpy(to, from, size);
	for (size_t i = size; i > 0; i--) ((char *)to)[i - 1] = ((const char *)from)[i - 1];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	void *answer = to;
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
	return answer;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *left = a, *right = b;
	for (size_t i = 0; i < size; i++) if (left[i] != right[i]) return left[i] - right[i];
	return 0;
}

size_t length(const char *text)
{
	size_t size = 0;
	while (text[size]) size++;
	return size;
}

int equal(const char *a, const char *b)
{
	while (*a && *a == *b) a++, b++;
	return *a == *b;
}

int begins(const char *text, const char *prefix)
{
	while (*prefix) if (*text++ != *prefix++) return 0;
	return 1;
}

char *find(const char *text, char byte)
{
	for (; *text; text++) if (*text == byte) return (char *)text;
	return 0;
}

int parse_uint(const char *text)
{
	unsigned value = 0;
	while (*text >= '0' && *text <= '9') value = value * 10 + (unsigned)(*text++ - '0');
	return (int)value;
}

uint32_t get32(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

void put32(uint8_t *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (8 * i));
}

void add(struct text *text, const char *more)
{
	while (*more && text->at < text->end) *text->at++ = *more++;
	*text->at = 0;
}

void add_number(struct text *text, uint32_t value, unsigned base)
{
	char digits[12];
	char *digit = digits + sizeof digits - 1;
	*digit = 0;
	do *--digit = (char)('0' + value % base); while (value /= base);
	add(text, digit);
}

char *format(char *to, size_t size, const char *pattern, ...)
{
	struct text text = { to, to + size - 1 };
	va_list args;
	va_start(args, pattern);
	*to = 0;
	for (; *pattern; pattern++) {
		if (*pattern != '%') {
			char one[2] = { *pattern, 0 };
			add(&text, one);
			continue;
		}
		pattern++;
		if (*pattern == 's') {
			add(&text, va_arg(args, const char *));
		} else {
			int value = va_arg(args, int);
			if (*pattern == 'd' && value < 0) {
				add(&text, "-");
				value = -value;
			}
			add_number(&text, (uint32_t)value, *pattern == 'o' ? 8 : 10);
		}
	}
	va_end(args);
	return to;
}

const char *reason(int error)
{
	static char unknown[24];
	switch (-error) {
	case EPERM: return "operation not permitted";
	case ENOENT: return "no such file or directory";
	case EIO: return "input/output error";
	case ENXIO: return "no such device or address";
	case E2BIG: return "argument list too long";
	case ENOEXEC: return "not a format that this kernel executes";
	case EAGAIN: return "try again";
	case ENOMEM: return "out of memory";
	case EACCES: return "permission denied";
	case ENOTBLK: return "not a block device";
	case EBUSY: return "busy";
	case ENODEV: return "the kernel has no such file system";
	case ENOTDIR: return "not a directory";
	case EISDIR: return "is a directory";
	case EINVAL: return "invalid content or option";
	case EROFS: return "read-only file system";
	case ENAMETOOLONG: return "name too long";
	case ENOSYS: return "the kernel lacks this system call";
	case ELOOP: return "too many symbolic links";
	case EPROTONOSUPPORT: return "protocol not supported";
	default: return format(unknown, sizeof unknown, "errno %d", -error);
	}
}
