/* Strings, numbers and bytes without a libc. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t length(const char *text);
int equal(const char *a, const char *b);
int begins(const char *text, const char *prefix);
/* First `byte` in `text`, or 0. */
char *find(const char *text, char byte);
int parse_uint(const char *text);
uint32_t get32(const uint8_t *bytes);
void put32(uint8_t *bytes, uint32_t value);

/* A text that never grows past its buffer: what does not fit is cut, the end is always marked. */
struct text { char *at; char *end; };
#define TEXT(name, size) char name##_buffer[size]; struct text name = { name##_buffer, name##_buffer + (size) - 1 }; name##_buffer[0] = 0
void add(struct text *text, const char *more);
void add_number(struct text *text, uint32_t value, unsigned base);
/* `printf` for %s %d %u %o, cut at `size`; returns `to`. */
char *format(char *to, size_t size, const char *pattern, ...) __attribute__((format(printf, 3, 4)));
/* The name or number of a negative errno. */
const char *reason(int error);
