#include "clock.h"
#include "files.h"
#include "sys.h"
#include "text.h"

/* An answer was right somewhere between question and arrival: half of that is the largest error. */
#define ENOUGH_NS 5000000
/* On a host out of breath every answer is slow; the guest does not wait for a good one for ever. */
#define MOST_QUESTIONS 8

static int64_t asked_at;
static int questions;
/* The fastest answer so far, and when by our own clock it held. */
static int64_t fastest = -1, held_at;
static struct timespec64 host_time;

void clock_ask(void)
{
	questions++;
	asked_at = monotonic_ns();
	send_frame(F_CLOCK, 0, 0, 0);
}

int clock_answer(const struct frame *frame)
{
	int64_t took = monotonic_ns() - asked_at;
	if (frame->size >= 12 && (fastest < 0 || took < fastest)) {
		fastest = took;
		held_at = asked_at + (took >> 1);
		host_time.seconds = (int64_t)(get32(frame->data) | (uint64_t)get32(frame->data + 4) << 32);
		host_time.nanoseconds = get32(frame->data + 8);
	}
	if (took > ENOUGH_NS && questions < MOST_QUESTIONS) {
		clock_ask();
		return 0;
	}
	struct timespec64 now = host_time;
	now.nanoseconds += monotonic_ns() - held_at;
	/* A 64-bit division would need the compiler's runtime library. */
	for (; now.nanoseconds >= 1000000000; now.nanoseconds -= 1000000000) now.seconds++;
	int answer = fastest < 0 ? -EINVAL : set_wall_clock(now);
	if (answer < 0) log_line("cannot set the clock: %s", reason(answer));
	return 1;
}
