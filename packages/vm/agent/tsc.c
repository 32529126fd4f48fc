/* Prints how fast this host's time-stamp counter runs, in kHz: rdtsc over 50 ms of CLOCK_MONOTONIC. */
#include "sys.h"
#include "text.h"

static uint64_t read_tsc(void)
{
	uint32_t low, high;
	__asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static int64_t now_ns(void)
{
	struct timespec64 now = { 0, 0 };
	sys_call(NR_clock_gettime, 1, (long)&now, 0, 0, 0);
	return now.seconds * 1000000000 + now.nanoseconds;
}

__attribute__((noreturn, used)) void start_c(long *stack)
{
	(void)stack;
	int64_t start_ns = now_ns();
	uint64_t start = read_tsc();
	sleep_ms(50);
	int64_t elapsed_ns = now_ns() - start_ns;
	uint64_t ticks = read_tsc() - start;
	char line[24];
	format(line, sizeof line, "%u\n", (unsigned)(ticks * 1000000 / (uint64_t)elapsed_ns));
	sys_write(1, line, length(line));
	sys_exit(0);
}
