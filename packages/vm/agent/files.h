/* Small files and directories. */
#pragma once
#include <stddef.h>

/* Whole content up to size-1 bytes, ended by 0; the count, or -errno. */
int read_file(const char *path, char *buffer, size_t size);
int write_file(const char *path, const void *content, size_t size, int mode);
int write_text(const char *path, const char *text);
/* The directory and its missing parents; 0, or -errno. */
int make_directories(const char *path);
/* The directories above `path`. */
int make_parents(const char *path);
int exists(const char *path);
/* Whether a directory is not empty. */
int has_entries(const char *directory);
/* A line of the agent in the kernel's log, so that it is on the console in order. */
void log_line(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
/* The device that those lines need, in a /dev that has none. */
void make_log_device(void);
