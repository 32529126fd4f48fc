#include "clock.h"
#include "files.h"
#include "sys.h"
#include "text.h"

/* An answer was right somewhere between question and arrival: half of that is the largest error. */
#define ENOUGH_NS 5000000
/* On a host out of breath every answer is slow; the guest does not wait for a good one for ever. */
#define MOST_QUESTIONS 8
/* A clock that is off by less is left as it is: each step is one that programs may notice. */
#define TOLERATED_NS 10000000

static int64_t asked_at;
static int questions;
/* The fastest answer so far, and when by our own clock it held. */
static int64_t fastest = -1, held_at;
static struct timespec64 host_time;
/* How far the wall clock is ahead of the monotonic one since we have set it: another program that sets it changes that. */
static int64_t own_lead;

static void ask(void)
{
	questions++;
	asked_at = monotonic_ns();
	send_frame(F_CLOCK, 0, 0, 0);
}

static int64_t distance(int64_t a, int64_t b) { return a < b ? b - a : a - b; }

/* The lead of the wall clock, and how wrong that may be because we were not running in between. */
static int64_t measure_lead(int64_t *error)
{
	int64_t lead = 0;
	*error = -1;
	for (int i = 0; i < 4; i++) {
		int64_t before = monotonic_ns(), wall = wall_ns(), took = monotonic_ns() - before;
		if (*error >= 0 && took >= *error) continue;
		*error = took;
		lead = wall - before;
	}
	return lead;
}

static void set_clock(void)
{
	struct timespec64 now = host_time;
	int64_t error;
	now.nanoseconds += monotonic_ns() - held_at;
	/* A 64-bit division would need the compiler's runtime library. */
	for (; now.nanoseconds >= 1000000000; now.nanoseconds -= 1000000000) now.seconds++;
	int answer = set_wall_clock(now);
	if (answer < 0) log_line("cannot set the clock: %s", reason(answer));
	own_lead = measure_lead(&error);
}

void clock_ask(void)
{
	questions = 0;
	fastest = -1;
	ask();
}

/* Takes an answer; 1 when it is good enough, or the last one. */
static int take_answer(const struct frame *frame)
{
	int64_t took = monotonic_ns() - asked_at;
	if (frame->size >= 12 && (fastest < 0 || took < fastest)) {
		fastest = took;
		held_at = asked_at + (took >> 1);
		host_time.seconds = (int64_t)(get32(frame->data) | (uint64_t)get32(frame->data + 4) << 32);
		host_time.nanoseconds = get32(frame->data + 8);
	}
	if (took <= ENOUGH_NS || questions >= MOST_QUESTIONS) return 1;
	ask();
	return 0;
}

int clock_answer(const struct frame *frame)
{
	if (!take_answer(frame)) return 0;
	if (fastest < 0) log_line("cannot set the clock: the host did not say the time");
	else set_clock();
	questions = 0;
	return 1;
}

/* The time of a guest that chose its own stays as it is. */
static int is_ours(int64_t lead, int64_t error) { return distance(lead, own_lead) <= TOLERATED_NS + error; }

int clock_check(void)
{
	int64_t error, lead = measure_lead(&error);
	if (questions > 0) return 1;
	if (!is_ours(lead, error)) return 0;
	clock_ask();
	return 1;
}

int clock_checked(const struct frame *frame)
{
	int64_t error;
	if (!take_answer(frame)) return 0;
	questions = 0;
	int64_t lead = measure_lead(&error), off = distance(lead, host_time.seconds * 1000000000 + host_time.nanoseconds - held_at);
	/* Asked once more: a program may have set the clock since the question was sent. */
	if (fastest >= 0 && is_ours(lead, error) && off > TOLERATED_NS + (fastest >> 1) + error) set_clock();
	return 1;
}
