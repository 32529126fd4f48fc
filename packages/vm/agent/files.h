/* Small files and folders. */
#pragma once
#include <stddef.h>

/* Whole content up to size-1 bytes, ended by 0; the count, or -errno. */
int read_file(const char *path, char *buffer, size_t size);
int write_file(const char *path, const void *content, size_t size, int mode);
int write_text(const char *path, const char *text);
/* The folder and its missing parents; 0, or -errno. */
int make_folders(const char *path);
/* The folders above `path`. */
int make_parents(const char *path);
int exists(const char *path);
/* Whether a folder has anything in it. */
int has_entries(const char *folder);
/* A line of the agent in the kernel's log, so that it stands on the console in order. */
void log_line(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
