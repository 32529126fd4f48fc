/* The kernel's log: the console shows only a part of it, which a program of root can make smaller (kernel.printk, syslog(2)). */
#pragma once
#include <stdint.h>

/* What the kernel logs from now on; the first time, on a console that shows less than usual, also what it has logged since it started. -1: no log. */
int open_kernel_log(void);
/* Sends the kernel's own messages that have come since for a session. */
void send_kernel_log(uint32_t session, int fd);
