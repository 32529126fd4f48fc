#include "sys.h"

struct timespec32 { int32_t seconds, nanoseconds; };

int sys_poll(struct pollfd *fds, unsigned count, int milliseconds)
{
	struct timespec64 limit = { milliseconds / 1000, (int64_t)(milliseconds % 1000) * 1000000 };
	int answer = (int)sys_call(NR_ppoll, (long)fds, count, milliseconds < 0 ? 0 : (long)&limit, 0, 0);
	if (answer == -ENOSYS && NR_ppoll_old >= 0) {
		struct timespec32 old = { milliseconds / 1000, (milliseconds % 1000) * 1000000 };
		answer = (int)sys_call(NR_ppoll_old, (long)fds, count, milliseconds < 0 ? 0 : (long)&old, 0, 0);
	}
	return answer;
}

static struct timespec64 clock_now(int clock)
{
	struct timespec64 now = { 0, 0 };
	if (sys_call(NR_clock_gettime, clock, (long)&now, 0, 0, 0) == -ENOSYS && NR_clock_gettime_old >= 0) {
		struct timespec32 old = { 0, 0 };
		sys_call(NR_clock_gettime_old, clock, (long)&old, 0, 0, 0);
		now.seconds = old.seconds;
		now.nanoseconds = old.nanoseconds;
	}
	return now;
}

int64_t monotonic_ms(void)
{
	struct timespec64 now = clock_now(1);
	/* 32-bit division: a 64-bit one would need the compiler's runtime library. */
	return now.seconds * 1000 + (uint32_t)now.nanoseconds / 1000000;
}

int64_t monotonic_ns(void)
{
	struct timespec64 now = clock_now(1);
	return now.seconds * 1000000000 + now.nanoseconds;
}

int64_t wall_ns(void)
{
	struct timespec64 now = clock_now(0);
	return now.seconds * 1000000000 + now.nanoseconds;
}

int set_wall_clock(struct timespec64 time)
{
	int answer = (int)sys_call(NR_clock_settime, 0, (long)&time, 0, 0, 0);
	if (answer == -ENOSYS && NR_clock_settime_old >= 0) {
		struct timespec32 old = { (int32_t)time.seconds, (int32_t)time.nanoseconds };
		answer = (int)sys_call(NR_clock_settime_old, 0, (long)&old, 0, 0, 0);
	}
	return answer;
}

void sleep_ms(int milliseconds) { sys_poll(0, 0, milliseconds); }

void sigreturn_stub(void);

static void set_handler(int signal, void (*handler)(int))
{
	struct kernel_sigaction action = { handler, SA_FLAGS, sigreturn_stub, 0 };
	sys_call(NR_rt_sigaction, signal, (long)&action, 0, sizeof action.mask, 0);
}

void on_signal(int signal, void (*handler)(int)) { set_handler(signal, handler); }
void ignore_signal(int signal) { set_handler(signal, (void (*)(int))1); }
void default_signal(int signal) { set_handler(signal, (void (*)(int))0); }

void sys_exit(int status)
{
	for (;;) sys_call(NR_exit_group, status, 0, 0, 0, 0);
}

void power_off(void)
{
	sys_sync();
	/* LINUX_REBOOT_MAGIC1, MAGIC2, CMD_POWER_OFF (include/uapi/linux/reboot.h). */
	sys_call(NR_reboot, (long)(int)0xfee1dead, 672274793, 0x4321fedc, 0, 0);
	for (;;) sleep_ms(1000);
}
