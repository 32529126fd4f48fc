/*
 * What is written to a directory of the host is kept in guest memory for a while; that the host has no room for it shows only when it is
 * written back, and of the descriptors of a mount only to those that were open before (syncfs(2)). So one is opened with each mount.
 */
#pragma once

/* From now on writes to this mount are looked after; `tag` must stay. */
void watch_writes(const char *tag, const char *place);
/* A process that writes back everything and exits with what went wrong (`lost_tag`); 0 when there is nothing to look after, or -errno. */
int start_writeback(void);
/*
 * Next to an init of the root's own, whose services write without a command of ours: every second what they wrote is written back, and the
 * host is informed when it was lost. `watch` starts that when it is due; `milliseconds` until the next time, -1: never.
 */
int watch_writeback(void);
/* Takes the end of such a process; 0 when `pid` is another one. */
int watched_writeback_ended(int pid, int status);
/* Like lost_tag, of what was found so far; once. */
const char *lost_meanwhile(int *reason);
/* The mount that could not take everything, by the exit status of that process; 0 when all could. `reason` is its errno. */
const char *lost_tag(int exit_code, int *reason);
