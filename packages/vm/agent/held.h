/* Files that stay cached while the names around them are dropped. */
#pragma once
#include <stdint.h>

/*
 * What the host knows of some files, one text each: what distinguishes a file from the one that was there before, a blank, its path. Those of the last
 * list stay open when this one is the same; else they are closed, what was cached is dropped, and the new ones are opened.
 */
void hold_files(const uint8_t *list, uint32_t size);
/* Names and inodes that are not in use, and their pages. */
void forget_cached(void);
