/* The guest's clock becomes the host's: the time is asked for when it is needed, and the way there and back is measured. */
#pragma once
#include "channel.h"

/* Sends the first question. */
void clock_ask(void);
/* Takes an answer; 1 once the clock is set, 0 while one more answer is awaited. */
int clock_answer(const struct frame *frame);

/*
 * Later: the guest did not run while its host slept or a debugger held it, or its clock runs a little too slow.
 * Asks for the time, unless a program in the guest has set the clock; 1 while an answer is awaited.
 */
int clock_check(void);
/* Takes an answer to that; 1 once the clock is right, 0 while one more answer is awaited. */
int clock_checked(const struct frame *frame);
